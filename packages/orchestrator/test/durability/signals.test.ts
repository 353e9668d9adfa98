import type { ChildNode } from "@ice/core";
import type { StoreFault } from "@ice/testing";
import { expect, test } from "vitest";
import { createWorld, effect, node } from "./processes.ts";

const wait = (id: string, more: object): ChildNode => node(id, "wait", more);
const named = (name: string, value: number, id = `${name}-${value}`) => ({
  id,
  name,
  path: "",
  value,
  by: "kim",
  at: 1,
});
const minute = 60_000;

test("wherever the process dies, each signal is taken once, in the order of recording", async () => {
  const nodes = [
    node("each", "loop", {
      itemsSource: "range(3)",
      body: [wait("w", { signal: "x" }), effect("e", { ms: 1 }, { dependencies: ["w"] })],
      itemOutput: "{{ w.payload }}",
    }),
    wait("late", { signal: "x", dependencies: ["each"] }),
  ];
  for (const fault of ["crashBefore", "crashAfter"] as StoreFault[])
    for (let nth = 2; ; nth += 1) {
      const { clock, disk, boot, records } = createWorld();
      let died = (): void => {};
      const crash = new Promise<"died">((resolve) => {
        died = () => resolve("died");
      });
      disk.signal("r", named("x", 1));
      disk.signal("r", named("x", 2));
      const first = await boot({ fault: (call) => (call.nth === nth ? fault : "keep"), onCrash: died });
      const end = await clock.runUntil(Promise.race([first.execute(nodes), crash]));
      if (end !== "died") break;
      first.kill();
      const second = await boot();
      const suspended = await second.resume();
      expect(suspended, `${fault} ${nth}`).toMatchObject({
        status: "suspended",
        waiting: [{ path: "each[2].w", kind: "signal", signals: ["x"] }],
      });
      await second.runs.signal("r", "x", { payload: 3 });
      await second.runs.signal("r", "x", { payload: 4 });
      expect(await second.resume()).toMatchObject({
        status: "completed",
        output: { each: [1, 2, 3], late: { payload: 4 } },
      });
      const taken = records().flatMap((record) => (record.kind === "outcome" ? (record.takes ?? []) : []));
      expect(new Set(taken).size).toBe(4);
    }
});

test("a time that passes while no process has the run counts, and a signal up to then comes before it", async () => {
  for (const [at, taken] of [
    [minute / 2, "go"],
    [2 * minute, null],
  ] as const) {
    const { clock, boot } = createWorld();
    const first = await boot({}, { staySeconds: 0 });
    const begun = clock.now();
    const suspended = await clock.runUntil(first.execute([wait("w", { signal: "go", seconds: 60 })]));
    expect(suspended).toMatchObject({ status: "suspended", waiting: [{ kind: "signal", resumeAt: begun + minute }] });
    first.kill();
    await clock.advance(at);
    const second = await boot();
    await second.runs.signal("r", "go", { payload: 1 });
    await clock.advance(minute);
    const { status, output } = await second.resume();
    expect(status).toBe("completed");
    expect(output["w"]).toMatchObject({ signal: taken, at: taken === null ? begun + minute : begun + at });
  }
});

test("of several waits, the one that began first takes the signal, whichever is entered first after a resume", async () => {
  const { clock, boot } = createWorld();
  const first = await boot();
  const nodes = [
    effect("t", { ms: 5 }),
    wait("second", { signal: "x", dependencies: ["t"] }),
    wait("first", { signal: "x" }),
  ];
  await clock.runUntil(first.execute(nodes));
  first.kill();
  const next = await boot();
  await next.runs.signal("r", "x", { payload: 1 });
  expect(await next.resume()).toMatchObject({
    status: "suspended",
    nodes: { first: { output: { payload: 1 } }, second: { status: "waiting" } },
  });
});

test("a signal that is recorded just before the process leaves is not left lying", async () => {
  const { clock, disk, boot } = createWorld();
  // The owner is not notified: it has to look once more.
  const first = await boot({ notice: () => {} });
  const running = first.execute([effect("t", { ms: 5 }), wait("w", { signal: "x", dependencies: ["t"] })]);
  await clock.advance(1);
  disk.signal("r", named("x", 1));
  expect(await clock.runUntil(running)).toMatchObject({ status: "completed", output: { w: { payload: 1 } } });
});
