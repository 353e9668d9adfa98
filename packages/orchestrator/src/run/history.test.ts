import type { JournalRecord } from "@ice/core";
import { describe, expect, test } from "vitest";
import { RunHistory } from "./history.ts";

const outcome = (path: string, at: number, attempts = 1): JournalRecord => ({
  kind: "outcome",
  at,
  path,
  node: { type: "tool", status: "completed", attempts, startedAt: at, endedAt: at, durationMs: 0, output: null },
  usage: { toolCalls: 2 },
});
const suspended = (at: number): JournalRecord => ({ kind: "suspended", at, reason: "waiting" });
const resumed = (at: number): JournalRecord => ({ kind: "resumed", at }) as JournalRecord;
const waiting = (path: string, at: number, request: number): JournalRecord =>
  ({ kind: "waiting", at, path, request, wait: { kind: "human", expiresAt: null } }) as unknown as JournalRecord;
const attemptFailed = (path: string, at: number, children: boolean): JournalRecord =>
  ({ kind: "attemptFailed", at, path, attempt: 1, children, usage: { toolCalls: 3 } }) as unknown as JournalRecord;

const historyOf = (...records: JournalRecord[]): RunHistory => new RunHistory({ records, startedAt: 1000 });

describe("the active time of earlier processes", () => {
  test("is that of all of them, without the time in which the run was suspended", () => {
    const { activeMs } = historyOf(
      outcome("a", 1300),
      suspended(1500),
      resumed(9000),
      outcome("b", 9040),
      suspended(9050),
      resumed(20_000),
      outcome("c", 20_007),
    );
    expect(activeMs).toBe(500 + 50 + 7);
  });

  test("ends with the last record of a process that was interrupted", () => {
    expect(historyOf(outcome("a", 1300), resumed(50_000), outcome("b", 50_001)).activeMs).toBe(301);
  });

  test("does not shrink when the clock was set back", () => {
    expect(historyOf(outcome("a", 1300), suspended(900), resumed(400), outcome("b", 450)).activeMs).toBe(50);
  });
});

describe("what earlier processes spent", () => {
  test("counts each node that ran, and none that was skipped", () => {
    const history = historyOf(outcome("a", 1100), outcome("s.b", 1200), outcome("s.c", 1300), outcome("s.d", 1400, 0));
    expect(history.spentBelow("")).toEqual({ nodes: 3, usage: { toolCalls: 6 } });
    expect(history.spentBelow("s.")).toEqual({ nodes: 2, usage: { toolCalls: 4 } });
  });

  test("includes what a failed attempt and its children used", () => {
    const history = historyOf(outcome("s.b", 1200), attemptFailed("s", 1300, true));
    expect(history.nodes.has("s.b")).toBe(false);
    expect(history.spentBelow("")).toEqual({ nodes: 1, usage: { toolCalls: 5 } });
  });
});

describe("requests", () => {
  test("keep their numbers when an attempt of the container makes them void", () => {
    const history = historyOf(waiting("s.ask", 1100, 1), waiting("s.ask", 1200, 2), attemptFailed("s", 1300, true));
    expect(history.requestsOf("s.ask")).toEqual([]);
    expect(history.requestsMade("s.ask")).toBe(2);
    expect(history.requestsMade("s.other")).toBe(0);
  });
});
