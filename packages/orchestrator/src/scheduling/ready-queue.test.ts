import fc from "fast-check";
import { expect, test } from "vitest";
import { ReadyQueue } from "./ready-queue.ts";

test("gives the lowest position first, whatever the order of pushing and popping", () => {
  const operations = fc.array(fc.option(fc.nat(40), { freq: 2 }), { maxLength: 200 });
  fc.assert(
    fc.property(operations, (pushes) => {
      const queue = new ReadyQueue();
      const model: number[] = [];
      for (const position of pushes) {
        if (position === null) expect(queue.pop()).toBe(model.shift());
        else {
          queue.push(position);
          model.push(position);
          model.sort((a, b) => a - b);
        }
        expect(queue.first).toBe(model[0]);
      }
      expect(Array.from(model, () => queue.pop())).toEqual(model);
      expect([queue.pop(), queue.first]).toEqual([undefined, undefined]);
    }),
    { seed: 20260101, numRuns: 300 },
  );
});
