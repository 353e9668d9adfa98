import type { Join } from "@ice/core";
import { describe, expect, test } from "vitest";
import { decideJoin, isEarlyJoin, type JoinDecision } from "./join.ts";

/** Decision of a join over three dependencies; those that are neither completed, failed nor open were skipped. */
const decide = (join: Join, open: number, completed: number, failed: number): JoinDecision =>
  decideJoin(join, { total: 3, open, completed, failed });

describe("a join", () => {
  test.each(["all", "strict", "ended", "any", { atLeast: 2 }] as const)("%j without dependencies runs", (join) => {
    expect(decideJoin(join, { total: 0, open: 0, completed: 0, failed: 0 })).toBe("run");
  });

  test.each(["all", "strict", "ended"] as const)(
    "%s waits for the last dependency, whatever the others did",
    (join) => {
      expect([decide(join, 1, 2, 0), decide(join, 1, 0, 2), decide(join, 1, 1, 1), decide(join, 1, 0, 0)]).toEqual(
        Array(4).fill("wait"),
      );
    },
  );

  test.each([
    // join, completed, failed of three that have ended
    ["all", 3, 0, "run"],
    ["all", 1, 0, "run"],
    ["all", 2, 1, "skip"],
    ["all", 0, 0, "skip"],
    ["strict", 3, 0, "run"],
    ["strict", 2, 0, "skip"],
    ["strict", 2, 1, "skip"],
    ["ended", 0, 3, "run"],
    ["ended", 0, 0, "run"],
    ["any", 0, 3, "skip"],
    [{ atLeast: 2 }, 1, 2, "skip"],
  ] as const)("%j with %i completed and %i failed of three: %s", (join, completed, failed, decision) => {
    expect(decide(join, 0, completed, failed)).toBe(decision);
  });

  test("any and atLeast run as soon as enough dependencies completed, and wait until then", () => {
    expect([decide("any", 2, 1, 0), decide("any", 1, 0, 2)]).toEqual(["run", "wait"]);
    expect([decide({ atLeast: 2 }, 1, 2, 0), decide({ atLeast: 2 }, 1, 1, 1)]).toEqual(["run", "wait"]);
  });

  test("is early if it can be satisfied before every dependency has ended", () => {
    const joins = ["any", { atLeast: 2 }, "all", "strict", "ended"] as const;
    expect(joins.map(isEarlyJoin)).toEqual([true, true, false, false, false]);
  });
});
