import type { JournalRecord } from "@ice/core";
import { expect, test } from "vitest";
import { requestChanges } from "./request-changes.ts";

const asks = (path: string, request = 1): JournalRecord => ({
  kind: "waiting",
  at: 5,
  path,
  request,
  wait: {
    kind: "human",
    promptMessage: "Go?",
    approvalType: null,
    choices: [],
    responseSchema: null,
    assignees: [],
    expiresAt: null,
    escalated: false,
  },
});
const ends = (path: string): JournalRecord => ({
  kind: "outcome",
  at: 6,
  path,
  node: { type: "tool", status: "completed", attempts: 1 },
});

test("a request stays open if nothing of the same commit closes it", () => {
  const opened = (records: readonly JournalRecord[]) =>
    requestChanges(records, 7).opened.map(({ path, request, seq }) => [path, request, seq]);
  expect(opened([asks("a"), asks("b[0].c"), ends("d")])).toEqual([
    ["a", 1, 7],
    ["b[0].c", 1, 8],
  ]);
  expect(opened([asks("a"), asks("b[0].c"), ends("b")])).toEqual([["a", 1, 7]]);
  expect(opened([asks("a"), asks("a", 2)])).toEqual([["a", 2, 8]]);
  expect(opened([asks("ab"), ends("a")])).toEqual([["ab", 1, 7]]);
  expect(opened([asks("a"), { kind: "ended", at: 9, status: "failed", usage: {} }])).toEqual([]);
});

test("what closes earlier requests says which: of a path, below it, or all", () => {
  const closed = (record: JournalRecord) => requestChanges([record], 1).closed;
  expect(closed(ends("a"))).toEqual([{ path: "a", itself: true, below: true }]);
  expect(closed(asks("a"))).toEqual([{ path: "a", itself: true, below: false }]);
  const failed = { kind: "attemptFailed", at: 1, path: "a", attempt: 1, retryAt: 2 } as const;
  const error = { code: "X", message: "x" };
  expect(closed({ ...failed, error, children: true })).toEqual([{ path: "a", itself: false, below: true }]);
  expect(closed({ ...failed, error, children: false })).toEqual([]);
  expect(closed({ kind: "ended", at: 9, status: "failed", usage: {} })).toEqual([
    { path: null, itself: true, below: true },
  ]);
});
