import { expect, test } from "vitest";
import { jobId, rowOf } from "./ticket.ts";

test("an attempt in a container that is tried again is another job", () => {
  const first = jobId(7, { path: "s.g", attempt: 1, repetition: "a" });
  expect(first).toBe(jobId(7, { path: "s.g", attempt: 1, repetition: "a" }));
  expect(first).not.toBe(jobId(7, { path: "s.g", attempt: 1, repetition: "b" }));
  expect(rowOf(first)).toBe(7);
});
