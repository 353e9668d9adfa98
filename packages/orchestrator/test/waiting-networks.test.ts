import type { NodeInput } from "@ice/core";
import { expect, test } from "vitest";
import { ask, scope, wait } from "./language-nodes.ts";
import { child, start, statuses } from "./run-networks.ts";
import { after, echo, fail, sleep } from "./run-nodes.ts";

const undone = (last: NodeInput): NodeInput =>
  scope("s", [echo("a"), last], { compensate: { a: [sleep("revert", 5)] }, finally: [sleep("free", 5)] });

const workflows = [
  child("listens", [wait("go", { signal: "go" }), echo("out", { got: "{{ go.payload }}" })]),
  child("sleeps", [wait("long", { seconds: 3600 }), echo("woken", {}, after("long"))]),
  child("naps", [wait("short", { seconds: 30 }), echo("rested", {}, after("short"))]),
  child("asks", [undone(ask("h"))]),
  child("breaks", [undone(fail("f", { code: "OOPS", retryable: false }, after("a")))]),
  child("stops", [echo("a"), { id: "e", type: "end", status: "completed", output: { done: true }, ...after("a") }]),
  child("reads", [echo("seen", { got: "{{ inputs.got }}" })]),
] as never;

test("workflows of a network wait for signals and times of their own; what comes after goes on with the next resume", async () => {
  const { run, resume, runs, clock, close } = await start({ workflows });
  const suspended = await run([
    { id: "listens", ref: "listens" },
    { id: "reads", ref: "reads", after: ["listens"], inputs: { got: "{{ listens.output.out.got }}" } },
    { id: "sleeps", ref: "sleeps" },
    { id: "naps", ref: "naps" },
  ]);
  expect(statuses(suspended)).toEqual({ listens: "suspended", sleeps: "suspended", naps: "completed" });
  expect(suspended).toMatchObject({
    status: "suspended",
    workflows: {
      listens: { waiting: [{ path: "go", kind: "signal", signals: ["go"] }] },
      sleeps: { waiting: [{ path: "long", kind: "timer" }] },
    },
  });
  await runs.signal("net.listens", "go", { payload: 7 });
  const next = await resume();
  expect(statuses(next)).toEqual({ listens: "completed", reads: "completed", sleeps: "suspended", naps: "completed" });
  expect(next.workflows["reads"]).toMatchObject({ output: { seen: { got: 7 } } });
  await clock.advance(3_600_000);
  expect(await resume()).toMatchObject({ status: "completed", workflows: { sleeps: { status: "completed" } } });
  await close();
});

test("a scope of a workflow of a network undoes what it did, and an end ends that workflow alone", async () => {
  const { run, close } = await start({ workflows });
  const result = await run([
    { id: "breaks", ref: "breaks" },
    { id: "stops", ref: "stops" },
    { id: "reads", ref: "reads", after: ["stops"], inputs: { got: "{{ stops.output.done }}" } },
  ]);
  expect(result).toMatchObject({
    status: "failed",
    error: { code: "OOPS", path: "breaks.s.f" },
    workflows: {
      breaks: { nodes: { "s.revert": { status: "completed" }, "s.free": { status: "completed" } } },
      stops: { status: "completed", output: { done: true } },
      reads: { output: { seen: { got: true } } },
    },
  });
  await close();
});

test("cancelling a suspended network cleans up the scopes that its workflows have open", async () => {
  const { run, runs, factory, clock, close } = await start({ workflows });
  await run([
    { id: "asks", ref: "asks" },
    { id: "listens", ref: "listens" },
  ]);
  await clock.runUntil(runs.cancel("net"));
  const result = await factory.show("net");
  expect(statuses(result)).toEqual({ asks: "cancelled", listens: "cancelled" });
  expect(result).toMatchObject({
    status: "cancelled",
    workflows: {
      asks: {
        nodes: {
          "s.h": { status: "cancelled" },
          "s.revert": { status: "completed" },
          "s.free": { status: "completed" },
          s: { status: "cancelled" },
        },
      },
    },
  });
  await close();
});
