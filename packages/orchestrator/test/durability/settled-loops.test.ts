import type { JournalRecord } from "@ice/core";
import type { StoreFault } from "@ice/testing";
import { expect, test } from "vitest";
import { createWorld, effect, node } from "./processes.ts";

const nodes = [
  node("l", "loop", {
    itemsSource: "[30, 1, 8, 5]",
    parallel: true,
    settle: { atLeast: 2 },
    body: [
      effect("w", { ms: "{{ item }}" }),
      node("c", "condition", {
        expression: "true",
        truePath: [effect("v", { ms: "{{ item }}" })],
        dependencies: ["w"],
      }),
    ],
  }),
];

const begunIn = (records: readonly JournalRecord[]): string[] =>
  records.flatMap((record) => (record.kind === "started" ? record.path : []));

test("wherever the process dies, everything that has begun in an item of a settled loop has an outcome in the end", async () => {
  for (const commitMs of [0, 2])
    for (const fault of ["crashBefore", "crashAfter"] as StoreFault[])
      for (let nth = 2; ; nth += 1) {
        const { clock, boot, records } = createWorld();
        const commit = commitMs === 0 ? {} : { commit: { clock, delayMs: () => commitMs } };
        let died = (): void => {};
        const crash = new Promise<"died">((resolve) => {
          died = () => resolve("died");
        });
        const first = await boot({ ...commit, fault: (call) => (call.nth === nth ? fault : "keep"), onCrash: died });
        if ((await clock.runUntil(Promise.race([first.execute(nodes), crash]))) !== "died") break;
        first.kill();
        const begun = begunIn(records());
        const result = await (await boot(commit)).resume();
        const where = `${fault} ${nth}, commits of ${commitMs} ms`;
        expect(result, where).toMatchObject({ status: "completed", output: { l: [null, {}, null, {}] } });
        for (const path of begun) expect(Object.keys(result.nodes), where).toContain(path);
      }
});
