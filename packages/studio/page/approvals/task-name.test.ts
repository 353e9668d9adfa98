import { expect, test } from "vitest";
import { parseTaskName, taskName } from "./task-name.ts";

test("the address names a request of a node of a run", () => {
  const key = { runId: "k-1", path: "listings[3].review", request: 2 };
  expect(taskName(key)).toBe("k-1/listings[3].review/2");
  expect(parseTaskName(taskName(key))).toEqual(key);
});

test.each(["", "k-1", "k-1/review", "k-1/review/last", "/review/1"])("%j names no request", (name) => {
  expect(parseTaskName(name)).toBeUndefined();
});
