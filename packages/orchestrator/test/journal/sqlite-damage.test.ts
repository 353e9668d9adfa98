import { crc32 } from "node:zlib";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { newRun, silentOwner } from "./sample-run.ts";
import { inRun, sql, tamperedStore, type Change, type TamperedStore } from "./tampered-store.ts";

let fixture: TamperedStore;
beforeEach(async () => {
  fixture = await tamperedStore();
});
afterEach(() => fixture.close());

/** The checksum that ice would have written for this body, so that what is behind the checksum is tried too. */
function checksum(seq: number, version: number, body: string): number {
  return crc32(body, crc32(`r\nrecord ${seq} ${version}\n`));
}

function forge(seq: number, body: string, version = 1): Change {
  return (database) => {
    database
      .prepare(
        "UPDATE records SET body = ?, version = ?, checksum = ? WHERE run = (SELECT id FROM runs WHERE run_id = 'r') AND seq = ?",
      )
      .run(body, version, checksum(seq, version, body), seq);
  };
}

function forgeSignal(body: string): Change {
  const checksum = crc32(body, crc32("r\nsignal 0 1\n"));
  return (database) => database.prepare("UPDATE signals SET body = ?, checksum = ?").run(body, checksum);
}

const outcomeText = (node: string): string => `{"kind":"outcome","at":1,"path":"a","node":${node}}`;
const output = (text: string): string =>
  outcomeText(`{"type":"tool","status":"completed","attempts":1,"output":${text}}`);

const attacks: readonly (readonly [name: string, change: Change, code: string])[] = [
  ["the last row is missing", sql(`DELETE FROM records WHERE ${inRun} AND seq = 4`), "ICE_STORE_CORRUPT"],
  [
    "the last row is missing, and the status fits",
    sql(`DELETE FROM records WHERE ${inRun} AND seq = 4; UPDATE runs SET status = 'running' WHERE run_id = 'r'`),
    "ICE_STORE_CORRUPT",
  ],
  ["a row in the middle is missing", sql(`DELETE FROM records WHERE ${inRun} AND seq = 2`), "ICE_STORE_CORRUPT"],
  ["the head is missing", sql(`DELETE FROM records WHERE ${inRun} AND seq = 0`), "ICE_STORE_CORRUPT"],
  ["every row is missing", sql(`DELETE FROM records WHERE ${inRun}`), "ICE_STORE_CORRUPT"],
  [
    "every row is missing, and the run says it has none",
    sql(`DELETE FROM records WHERE ${inRun}; UPDATE runs SET records = 0`),
    "ICE_STORE_CORRUPT",
  ],
  [
    "the last row is missing, and the run was notified",
    sql(`DELETE FROM records WHERE ${inRun} AND seq = 4; UPDATE runs SET records = records - 1 WHERE run_id = 'r'`),
    "ICE_STORE_CORRUPT",
  ],
  [
    "a row is there twice",
    sql(`INSERT INTO records SELECT run, 5, version, body, checksum FROM records WHERE ${inRun} AND seq = 1;
      UPDATE runs SET records = 6 WHERE run_id = 'r'`),
    "ICE_STORE_CORRUPT",
  ],
  [
    "two rows have changed places",
    sql(`UPDATE records SET seq = 99 WHERE ${inRun} AND seq = 1; UPDATE records SET seq = 1 WHERE ${inRun} AND seq = 3;
      UPDATE records SET seq = 3 WHERE ${inRun} AND seq = 99`),
    "ICE_STORE_CORRUPT",
  ],
  [
    "a row is one of another run",
    sql(`UPDATE records SET (body, checksum) = (SELECT body, checksum FROM records WHERE seq = 1 AND NOT ${inRun})
      WHERE ${inRun} AND seq = 1`),
    "ICE_STORE_CORRUPT",
  ],
  [
    "the run is the other run",
    sql("UPDATE runs SET run_id = 'x' WHERE run_id = 'r'; UPDATE runs SET run_id = 'r' WHERE run_id = 'other'"),
    "ICE_STORE_CORRUPT",
  ],
  ["a row stands before the first", sql(`UPDATE records SET seq = -1 WHERE ${inRun} AND seq = 1`), "ICE_STORE_CORRUPT"],
  ["the sequence has a gap", sql(`UPDATE records SET seq = 5 WHERE ${inRun} AND seq = 4`), "ICE_STORE_CORRUPT"],
  [
    "a number is larger than numbers can be",
    sql(`UPDATE records SET seq = 9007199254740993 WHERE ${inRun} AND seq = 4`),
    "ICE_STORE_CORRUPT",
  ],
  ["the status is another one", sql("UPDATE runs SET status = 'completed' WHERE run_id = 'r'"), "ICE_STORE_CORRUPT"],
  ["the workflow is another one", sql("UPDATE runs SET workflow = 'x' WHERE run_id = 'r'"), "ICE_STORE_CORRUPT"],
  [
    "the start is another one",
    sql("UPDATE runs SET started_at = started_at + 1 WHERE run_id = 'r'"),
    "ICE_STORE_CORRUPT",
  ],
  [
    "the run is said to go on by itself",
    sql("UPDATE runs SET resume_at = 5000 WHERE run_id = 'r'"),
    "ICE_STORE_CORRUPT",
  ],
  ["the large value is missing", sql("DELETE FROM blobs"), "ICE_STORE_CORRUPT"],
  ["the large value is another one", sql("UPDATE blobs SET content = CAST('\"x\"' AS BLOB)"), "ICE_STORE_CORRUPT"],
  [
    "the large value is cut off",
    sql("UPDATE blobs SET content = substr(content, 1, length(content) - 1)"),
    "ICE_STORE_CORRUPT",
  ],
  ["the large value stands elsewhere", sql("UPDATE placed SET place = 'node.error.details'"), "ICE_STORE_CORRUPT"],
  ["the large value belongs to another row", sql("UPDATE placed SET seq = 1"), "ICE_STORE_CORRUPT"],
  ["the large value has no reference", sql("DELETE FROM placed"), "ICE_STORE_CORRUPT"],
  [
    "the large value is named twice",
    sql("INSERT INTO placed SELECT run, source, seq, 'a', hash FROM placed"),
    "ICE_STORE_CORRUPT",
  ],
  ["a signal is missing", sql("DELETE FROM signals"), "ICE_STORE_CORRUPT"],
  [
    "a signal says something else",
    sql("UPDATE signals SET body = replace(body, 'true', 'false')"),
    "ICE_STORE_CORRUPT",
  ],
  ["a signal stands elsewhere", sql("UPDATE signals SET seq = 5"), "ICE_STORE_CORRUPT"],
  ["a signal has another id", sql("UPDATE signals SET id = 't'"), "ICE_STORE_CORRUPT"],
  [
    "a signal is there twice",
    sql("INSERT INTO signals SELECT run, seq + 1, 't', version, body, checksum, place FROM signals"),
    "ICE_STORE_CORRUPT",
  ],
  ["an envelope is no record", forge(1, '{"$type":"Date","value":1}'), "ICE_STORE_CORRUPT"],
  ["a record has a field more", forge(1, '{"kind":"suspended","at":1,"reason":"waiting","x":1}'), "ICE_STORE_CORRUPT"],
  ["a record has a field less", forge(1, '{"kind":"suspended","at":1}'), "ICE_STORE_CORRUPT"],
  [
    "a record has a value of another type",
    forge(1, outcomeText('{"type":1,"status":"completed","attempts":1}')),
    "ICE_STORE_CORRUPT",
  ],
  ["a record is of no kind", forge(1, '{"kind":"toString","at":1}'), "ICE_STORE_CORRUPT"],
  [
    "a signal has a field more",
    forgeSignal('{"id":"s","path":"a","value":1,"by":null,"at":1,"x":1}'),
    "ICE_STORE_CORRUPT",
  ],
  [
    "an answer has become a fact about the run",
    forgeSignal('{"name":"a","id":"s","path":"a","value":1,"by":null,"at":1}'),
    "ICE_STORE_CORRUPT",
  ],
  ["a signal has no value", forgeSignal('{"id":"s","path":"a","by":null,"at":1}'), "ICE_STORE_CORRUPT"],
  ["a record is a list", forge(1, "[]"), "ICE_STORE_CORRUPT"],
  ["a record is null", forge(1, "null"), "ICE_STORE_CORRUPT"],
  ["a record is empty", forge(1, ""), "ICE_STORE_CORRUPT"],
  ["a record is JavaScript", forge(1, output("new Date()")), "ICE_STORE_CORRUPT"],
  ["a value has a key `__proto__`", forge(1, output('{"__proto__":{"polluted":1}}')), "ICE_STORE_CORRUPT"],
  ["a value has that key in disguise", forge(1, output('[{"\\u005f_proto__" : {"polluted":1}}]')), "ICE_STORE_CORRUPT"],
  ["a record has that key", forge(1, '{"__proto__":{"kind":"suspended"},"at":1}'), "ICE_STORE_CORRUPT"],
  ["a value is deeper than any stack", forge(1, output(`${"[".repeat(2e5)}${"]".repeat(2e5)}`)), "no error"],
  ["a record has a newer version", forge(1, output("1"), 4), "ICE_STORE_VERSION"],
  ["a record has version 0", forge(1, output("1"), 0), "ICE_STORE_VERSION"],
  ["a record has a negative version", forge(1, output("1"), -1), "ICE_STORE_VERSION"],
];

describe("stored data is untrusted", () => {
  test.each(attacks)("%s", async (_name, change, code) => {
    fixture.tamper(change);
    expect(await fixture.codeOfRead()).toBe(code);
    expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
    // Neither can such a run be continued, nor does it stop the others.
    const opened = fixture.store.open("r", silentOwner).then(
      () => "no error",
      (error: { code: string }) => error.code,
    );
    expect(await opened).toBe(code);
    await fixture.store.create(newRun("next"), silentOwner);
    expect((await fixture.store.read("next")).status).toBe("running");
  });

  test.each([
    ["DELETE FROM records", 'run "r" has no records'],
    ["DELETE FROM records WHERE seq = 4", 'the last record of run "r" is number 3 instead of 4'],
    ["DELETE FROM records WHERE seq = 2", 'record 2 of run "r" is missing'],
    ["UPDATE records SET seq = -1 WHERE seq = 2", 'record 2 of run "r" is missing'],
    ["UPDATE records SET seq = 9 WHERE seq = 4", 'the last record of run "r" is number 9 instead of 4'],
    ["UPDATE records SET seq = -1 WHERE seq = 0", 'record 0 of run "r" is missing'],
    ["UPDATE runs SET version = 'x'", 'run "r" is listed with different data'],
    ["UPDATE runs SET status = 'failed'", 'the status of run "r" does not match its records'],
    ["UPDATE runs SET resume_at = 5000", 'the time at which run "r" goes on does not match its records'],
    ["DELETE FROM signals", 'run "r" has 0 signals from 0 on instead of 1'],
    ["UPDATE signals SET seq = 5", 'signal 0 of run "r" is missing'],
    ["UPDATE signals SET id = 't'", 'signal 0 of run "r" has an unexpected shape'],
  ])("an error names the damage: %s", async (change, what) => {
    fixture.tamper(sql(`DELETE FROM runs WHERE run_id = 'other'; DELETE FROM records WHERE NOT ${inRun}; ${change}`));
    await expect(fixture.store.read("r")).rejects.toMatchObject({
      message: `The store ${fixture.path} is damaged: ${what}.`,
    });
  });

  test("a record of another shape says which, and how", async () => {
    fixture.tamper(forge(1, '{"kind":"suspended","at":1}'));
    await expect(fixture.store.read("r")).rejects.toMatchObject({
      message: expect.stringMatching(/is damaged: record 1 of run "r" has an unexpected shape: .*reason/s),
      cause: expect.anything(),
    });
  });

  test("an error names the store, what is damaged, and what to do", async () => {
    fixture.tamper(sql(`UPDATE records SET checksum = checksum + 1 WHERE ${inRun} AND seq = 3`));
    await expect(fixture.store.read("r")).rejects.toMatchObject({
      message: `The store ${fixture.path} is damaged: record 3 of run "r" has a wrong checksum.`,
      fix: expect.stringContaining("backup"),
      details: { path: fixture.path },
    });
  });
});
