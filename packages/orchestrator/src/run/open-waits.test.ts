import type { SignalWait } from "@ice/core";
import { expect, test } from "vitest";
import { OpenWaits } from "./open-waits.ts";

interface Named {
  readonly name: string;
  readonly since: number;
  readonly wait: SignalWait;
}

const open = (name: string, since: number, times: Partial<SignalWait> = {}): Named => ({
  name,
  since,
  wait: { kind: "wait", signals: [], payloadSchema: null, after: 0, resumeAt: null, expiresAt: null, ...times },
});

test("waits are in the order in which they began, those of one time in that in which they were entered", () => {
  const waits = new OpenWaits<Named>();
  const [a, b, c, d] = [open("a", 5), open("b", 1), open("c", 5), open("d", 1)];
  for (const one of [a, b, c, d]) waits.add(one);
  expect([...waits.inOrder()].map(({ name }) => name)).toEqual(["b", "d", "a", "c"]);
  waits.delete(d);
  waits.add(open("e", 5));
  waits.add(open("f", 0));
  expect([...waits.inOrder()].map(({ name }) => name)).toEqual(["f", "b", "a", "c", "e"]);
  expect(waits.size).toBe(5);
});

test("the earliest time is that of any of them", () => {
  const waits = new OpenWaits();
  expect(waits.earliest("resumeAt")).toBe(Infinity);
  const first = open("a", 1, { resumeAt: 7 });
  for (const one of [open("b", 2, { resumeAt: 9, expiresAt: 3 }), first, open("c", 3)]) waits.add(one);
  expect([waits.earliest("resumeAt"), waits.earliest("expiresAt")]).toEqual([7, 3]);
  waits.delete(first);
  expect(waits.earliest("resumeAt")).toBe(9);
});
