import { expect, test } from "vitest";
import { commitStatement, type RunCommit } from "./commit-statement.ts";

const record = (body: string) => ({ version: 3, body, checksum: 7, blobs: [] });
const commit = (run: number, more: Partial<RunCommit> = {}): RunCommit => ({
  run,
  tenant: "default",
  epoch: 1,
  before: 4,
  at: 9,
  records: [record("{}")],
  state: undefined,
  ended: 0,
  requests: undefined,
  ...more,
});
const state = { status: "completed", endedAt: 9, resumeAt: null, isReleased: true, seen: 2, failure: null };
const requests = { closed: [{ path: "a", itself: true, below: true }], opened: [] };
const large = { valuePath: "value", hash: "h", content: new Uint8Array() };

test("there are five texts, whatever is written", () => {
  const batches: (readonly RunCommit[])[] = [
    [commit(1)],
    [commit(1), commit(2)],
    [commit(1, { records: [record("1"), record("2")] })],
    [commit(1, { state })],
    [commit(1, { requests })],
    [commit(1, { records: [{ ...record("1"), blobs: [large] }] })],
    [commit(1, { records: [{ ...record("1"), blobs: [large] }], requests })],
  ];
  expect(new Set(batches.map((batch) => commitStatement("me", batch).sql)).size).toBe(5);
});

test("every parameter has a value", () => {
  for (const batch of [[commit(1)], [commit(1, { state, requests, records: [{ ...record("1"), blobs: [large] }] })]]) {
    const { sql, values } = commitStatement("me", batch);
    const numbers = new Set([...sql.matchAll(/\$(\d+)/g)].map(([, n]) => Number(n)));
    expect([...numbers].toSorted((a, b) => a - b)).toEqual(values.map((_, index) => index + 1));
  }
});

test("records are numbered from the number that the run has, and bodies are one text", () => {
  const { values } = commitStatement("me", [commit(5, { records: [record('"a"'), record('"b"')] }), commit(9)]);
  expect(values.slice(1, 5)).toEqual([
    [5, 9],
    [1, 1],
    [4, 4],
    [6, 5],
  ]);
  expect(values.slice(13, 17)).toEqual([[5, 5, 9], [4, 5, 4], [3, 3, 3], '"a"\u{1E}"b"\u{1E}{}']);
});
