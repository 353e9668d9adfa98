import { expect, test } from "vitest";
import { Agenda } from "./agenda.ts";

const all = (next: () => number | undefined): number[] => {
  const positions: number[] = [];
  for (let position = next(); position !== undefined; position = next()) positions.push(position);
  return positions;
};

test("nodes poll in the given order, and a new list replaces the old one", () => {
  const agenda = new Agenda();
  expect(agenda.nextToPoll()).toBeUndefined();
  agenda.poll([3, 1, 0]);
  expect([agenda.nextToPoll(), agenda.nextToPoll()]).toEqual([3, 1]);
  agenda.poll([2, 5]);
  expect(all(() => agenda.nextToPoll())).toEqual([2, 5]);
  expect(agenda.nextToPoll()).toBeUndefined();
});

test("nodes that ended are released once, in the order of their ends, also when more end meanwhile", () => {
  const agenda = new Agenda();
  for (const position of [4, 0]) agenda.end(position);
  expect(agenda.nextToRelease()).toBe(4);
  agenda.end(7);
  expect(all(() => agenda.nextToRelease())).toEqual([0, 7]);
  expect(all(() => agenda.nextToRelease())).toEqual([]);
  agenda.end(9);
  expect(all(() => agenda.nextToRelease())).toEqual([9]);
});
