import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { gunzipSync } from "node:zlib";
import {
  createRuntime,
  HumanTaskService,
  NetworkCoordinatorFactory,
  WorkflowExecutionService,
  type RunStarter,
  type RunStore,
  type RunSummary,
} from "@ice/core";
import { afterEach, beforeEach, expect, test } from "vitest";
import { initializeOrchestrator } from "../../src/index.ts";
import { openSqliteRunStore } from "../../src/journal/sqlite/open-sqlite-run-store.ts";
import { newRun, silentOwner } from "./sample-run.ts";

/**
 * A store as the last ice with version 1 of the schema left it, in November 2026. Its runs have the ids below; the run `nightly`
 * is of a network in which `etl` has ended and `publish` waits for an approval before `later` starts. `clash` is a network that
 * found the run id of its workflow taken.
 */
const fixture = gunzipSync(readFileSync(`${import.meta.dirname}/__fixtures__/store-of-version-1.db.gz`));
const bySelf: Record<string, readonly [RunSummary["kind"], RunStarter?]> = {
  clash: ["network"],
  "nightly.publish": ["workflow", { runId: "nightly", path: "publish" }],
  "nightly.etl": ["workflow", { runId: "nightly", path: "etl" }],
  nightly: ["network"],
  "clash.taken": ["workflow"],
  "nightly.other": ["workflow"],
  plain: ["workflow"],
};

let directory: string;
let path: string;
const stores: RunStore[] = [];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "ice-older-"));
  path = join(directory, "ice.db");
  writeFileSync(path, fixture);
});
afterEach(async () => {
  for (const store of stores.splice(0)) await store.close();
  rmSync(directory, { recursive: true, force: true });
});

async function open(): Promise<RunStore> {
  const store = await openSqliteRunStore(path);
  stores.push(store);
  return store;
}

/** Changes the file behind the store's back. */
function tamper(sql: string): void {
  const database = new DatabaseSync(path);
  database.exec(sql);
  database.close();
}

const originsOf = (runs: readonly RunSummary[]): unknown =>
  Object.fromEntries(
    runs.map(({ runId, kind, startedBy }) => [runId, startedBy === undefined ? [kind] : [kind, startedBy]]),
  );

test("an older store is opened, listed and read, with the kinds and starters of its runs", async () => {
  const store = await open();
  const listed = await store.list();
  expect(originsOf(listed)).toEqual(bySelf);
  for (const summary of listed) {
    const { kind, startedBy, status } = await store.read(summary.runId);
    expect({ kind, startedBy, status }).toEqual({
      kind: summary.kind,
      startedBy: summary.startedBy,
      status: summary.status,
    });
  }
});

test("a run of an older store is answered and resumed with its network", async () => {
  const store = await open();
  const runtime = createRuntime();
  const { close } = await initializeOrchestrator({ store, runtime });
  await runtime.use(HumanTaskService).respond("nightly.publish", "ask", { approved: true });
  const networks = runtime.use(NetworkCoordinatorFactory);
  expect(await networks.resume("nightly")).toMatchObject({
    status: "completed",
    workflows: {
      etl: { status: "completed" },
      publish: { status: "completed", nodes: { ask: { output: { approved: true } } } },
      later: { status: "completed" },
    },
  });
  expect(await store.summary("nightly.later")).toMatchObject({ startedBy: { runId: "nightly", path: "later" } });
  const runs = runtime.use(WorkflowExecutionService);
  await runtime.use(HumanTaskService).respond("plain", "ask", { approved: false });
  expect(await runs.resume("plain")).toMatchObject({ status: "completed" });
  await close();
});

test("openings at once wait for each other, and one of them brings the file up to date", async () => {
  const other = new DatabaseSync(path);
  other.exec("BEGIN IMMEDIATE");
  const opening = Promise.all([open(), open(), open()]);
  await new Promise((resolve) => setTimeout(resolve, 50));
  other.exec("ROLLBACK");
  other.close();
  for (const store of await opening) expect(originsOf(await store.list())).toEqual(bySelf);
});

test("processes that open an older store at once find and leave it whole", async () => {
  const script = `${import.meta.dirname}/owner-process.ts`;
  const ids = ["a", "b", "c", "d"];
  const ends = ids.map(async (id) => {
    const args = ["--conditions=@ice/source", "--no-warnings", script, path, id, "2"];
    const child = spawn(process.execPath, args, { stdio: ["ignore", "ignore", "inherit"] });
    return (await once(child, "exit"))[0] as unknown;
  });
  expect(await Promise.all(ends)).toEqual(ids.map(() => 0));
  const store = await open();
  expect(originsOf(await store.list())).toEqual({
    ...bySelf,
    ...Object.fromEntries(ids.map((id) => [id, ["workflow"]])),
  });
  for (const id of ids) expect((await store.read(id)).records).toHaveLength(2);
});

test("runs that an older ice begins in a store that is up to date get their kind when it is opened again", async () => {
  const store = await open();
  tamper("DELETE FROM origins");
  expect((await store.read("nightly")).kind).toBe("network");
  expect(originsOf(await (await open()).list())).toEqual(bySelf);
});

test("a damaged run does not keep an older store from being opened", async () => {
  tamper(`UPDATE records SET body = '{"kind"' WHERE seq = 0 AND run = (SELECT id FROM runs WHERE run_id = 'plain');
    UPDATE records SET body = 'x' WHERE seq = 5 AND run = (SELECT id FROM runs WHERE run_id = 'nightly');
    DELETE FROM records WHERE run = (SELECT id FROM runs WHERE run_id = 'clash');
    UPDATE blobs SET content = x'ff'`);
  const store = await open();
  for (const id of ["plain", "nightly", "clash"])
    await expect(store.read(id)).rejects.toMatchObject({ code: "ICE_STORE_CORRUPT" });
  expect(await store.read("clash.taken")).toMatchObject({ kind: "workflow", status: "suspended" });
});

test("a row with another kind or starter than its head is damaged", async () => {
  const store = await open();
  const startedBy = { runId: "nightly", path: "later" };
  await store.create(newRun("later", { startedBy }), silentOwner);
  const row = "run = (SELECT id FROM runs WHERE run_id = 'later')";
  for (const change of ["kind = 'network'", "kind = 'odd'", "started_by = 'plain'", "path = 'etl'", "path = NULL"]) {
    tamper(`UPDATE origins SET ${change} WHERE ${row}`);
    await expect(store.read("later"), change).rejects.toMatchObject({ code: "ICE_STORE_CORRUPT" });
    tamper(`UPDATE origins SET kind = 'workflow', started_by = 'nightly', path = 'later' WHERE ${row}`);
  }
  expect((await store.read("later")).startedBy).toEqual(startedBy);
});
