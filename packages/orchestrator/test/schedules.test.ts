import { createRuntime, RunHost, RunStore, Schedules, Tenants, type ScheduleOptions } from "@ice/core";
import { createFakeClock, type FakeClock } from "@ice/testing";
import { describe, expect, onTestFinished, test } from "vitest";
import { initializeOrchestrator } from "../src/index.ts";
import { MemoryRunStore } from "../src/journal/memory-run-store.ts";
import { named } from "./language-nodes.ts";
import { echo, sleep } from "./run-nodes.ts";

const report = named("report", [echo("a", { who: "{{ inputs.who }}" })], {
  inputs: { type: "object", properties: { who: { type: "string" } } },
});
const monday = Date.UTC(2026, 10, 30, 6, 59, 0);

async function startServer(
  schedules: Readonly<Record<string, ScheduleOptions>>,
  { clock = createFakeClock(monday), store = new MemoryRunStore({ clock }), activeRuns = 1000 } = {} as {
    readonly clock?: FakeClock;
    readonly store?: RunStore;
    readonly activeRuns?: number;
  },
) {
  const runtime = createRuntime();
  const problems: unknown[] = [];
  const { close } = await initializeOrchestrator({
    runtime,
    clock,
    store,
    schedules,
    workflows: [report, named("slow", [sleep("s", 60_000)])],
    host: { activeRuns, onProblem: (error) => problems.push(error) },
  });
  onTestFinished(() => clock.runUntil(close()));
  const found = runtime.use(Schedules);
  onTestFinished(() => found.close());
  await clock.runUntil(runtime.use(RunHost).open());
  await clock.runUntil(found.open());
  const ids = async (): Promise<readonly string[]> =>
    (await store.list({ limit: 1000 })).map(({ runId }) => runId).toReversed();
  return { clock, store, schedules: found, problems, ids, runtime };
}

const epoch = (...time: [number, number, number, number, number?, number?]): number => Date.UTC(...time) / 1000;
/** Lets time pass in steps, so that what begins in one of them can end. */
async function pass(clock: FakeClock, ms: number, steps = 20): Promise<void> {
  for (let step = 0; step < steps; step += 1) await clock.advance(ms / steps);
}

describe("a schedule", () => {
  test("starts its workflow at each of its times, in its zone, once", async () => {
    const { clock, store, ids, schedules } = await startServer({
      morning: { cron: "0 8 * * *", timezone: "Europe/Berlin", workflow: "report", inputs: { who: "kim" } },
    });
    expect(await schedules.list()).toEqual([
      {
        name: "morning",
        tenant: "default",
        cron: "0 8 * * *",
        timezone: "Europe/Berlin",
        workflow: "report",
        next: Date.UTC(2026, 10, 30, 7),
      },
    ]);
    await pass(clock, 24 * 3600 * 1000);
    const first = `s-morning-${epoch(2026, 10, 30, 7)}`;
    expect(await ids()).toEqual([first]);
    expect(await store.summary(first)).toMatchObject({ status: "completed", createdBy: "schedule", hosted: true });
    await pass(clock, 24 * 3600 * 1000);
    expect(await ids()).toEqual([first, `s-morning-${epoch(2026, 11, 1, 7)}`]);
    expect(await schedules.list()).toMatchObject([{ last: { runId: `s-morning-${epoch(2026, 11, 1, 7)}` } }]);
  });

  test("a time that a change of clocks skips is moved, and one that it repeats happens once", async () => {
    const berlin = { cron: "30 2 * * *", timezone: "Europe/Berlin", workflow: "report" };
    const spring = await startServer({ night: berlin }, { clock: createFakeClock(Date.UTC(2026, 2, 28, 12)) });
    await pass(spring.clock, 24 * 3600 * 1000);
    expect(await spring.ids()).toEqual([`s-night-${epoch(2026, 2, 29, 1)}`]);
    const autumn = await startServer({ night: berlin }, { clock: createFakeClock(Date.UTC(2026, 9, 24, 12)) });
    await pass(autumn.clock, 24 * 3600 * 1000);
    expect(await autumn.ids()).toEqual([`s-night-${epoch(2026, 9, 25, 0, 30)}`]);
  });

  test.each<[ScheduleOptions["catchUp"], readonly number[]]>([
    ["none", []],
    ["last", [10]],
    [undefined, [10]],
    ["all", [8, 9, 10]],
  ])("with catchUp %s, what was missed while no server ran is made up for", async (catchUp, hours) => {
    const clock = createFakeClock(monday);
    const store = new MemoryRunStore({ clock });
    await store.schedules.setLastDue("hourly", Date.UTC(2026, 10, 30, 7));
    await clock.advance(Date.UTC(2026, 10, 30, 10, 30) - monday);
    const { ids } = await startServer({ hourly: { cron: "0 * * * *", workflow: "report", catchUp } }, { clock, store });
    await pass(clock, 1000);
    expect(await ids()).toEqual(hours.map((hour) => `s-hourly-${epoch(2026, 10, 30, hour)}`));
    expect(await store.schedules.lastDue("hourly")).toBe(Date.UTC(2026, 10, 30, hours.at(-1) ?? 7));
  });

  test("after a restart, the last run is still that of the last time", async () => {
    const clock = createFakeClock(monday);
    const store = new MemoryRunStore({ clock });
    const hourly = { hourly: { cron: "0 * * * *", workflow: "report", inputs: { who: "kim" } } };
    const first = await startServer(hourly, { clock, store });
    await pass(clock, 120_000);
    first.schedules.close();
    await pass(clock, 600_000);
    const second = await startServer(hourly, { clock, store });
    const last = { at: Date.UTC(2026, 10, 30, 7), runId: `s-hourly-${epoch(2026, 10, 30, 7)}` };
    expect(await second.schedules.list()).toMatchObject([{ last }]);
    expect(await store.summary(last.runId)).toMatchObject({ status: "completed" });
  });

  test("a time that has made no run is not shown as one", async () => {
    const { clock, schedules } = await startServer({ lost: { cron: "0 7 * * *", workflow: "nowhere" } });
    await pass(clock, 120_000);
    expect((await schedules.list())[0]).not.toHaveProperty("last");
  });

  test("at most the last 100 missed times are made up for", async () => {
    const clock = createFakeClock(monday);
    const store = new MemoryRunStore({ clock });
    await store.schedules.setLastDue("often", monday - 86_400_000);
    const { ids } = await startServer(
      { often: { cron: "* * * * *", workflow: "report", catchUp: "all" } },
      { clock, store },
    );
    await pass(clock, 1000);
    expect(await ids()).toHaveLength(100);
    expect((await ids())[0]).toBe(`s-often-${monday / 1000 - 100 * 60}`);
  });

  test("two servers on one store start one run for each time", async () => {
    const clock = createFakeClock(monday);
    const store = new MemoryRunStore({ clock });
    const every = { minutely: { cron: "* * * * *", workflow: "report" } };
    const first = await startServer(every, { clock, store });
    const second = await startServer(every, { clock, store });
    await pass(clock, 180_000, 60);
    expect(await first.ids()).toHaveLength(3);
    expect([...first.problems, ...second.problems]).toEqual([]);
  });

  test("a time at which the server is busy is tried again until there is room", async () => {
    const { clock, ids, problems } = await startServer(
      { slow: { cron: "*/5 * * * *", workflow: "slow" }, other: { cron: "* * * * *", workflow: "report" } },
      { activeRuns: 1 },
    );
    await pass(clock, 200_000, 200);
    expect(problems).toEqual([]);
    for (const name of ["slow", "other"]) expect(await ids()).toContain(`s-${name}-${epoch(2026, 10, 30, 7)}`);
  });

  test("an unknown workflow and inputs that do not fit are reported, and the next time is tried again", async () => {
    const { clock, ids, problems } = await startServer({
      lost: { cron: "* * * * *", workflow: "nowhere" },
      wrong: { cron: "* * * * *", workflow: "report", inputs: { who: 7 } },
    });
    await pass(clock, 130_000, 50);
    expect(await ids()).toEqual([]);
    const codes = problems.map((problem) => (problem as { code: string }).code).toSorted();
    expect(codes).toEqual(["ICE_INPUT_INVALID", "ICE_INPUT_INVALID", "ICE_WORKFLOW_UNKNOWN", "ICE_WORKFLOW_UNKNOWN"]);
  });

  test("a stored workflow is found by its name, with those that it calls", async () => {
    const { clock, store, ids, runtime } = await startServer({ nightly: { cron: "* * * * *", workflow: "stored" } });
    const put = (blueprint: object) =>
      runtime
        .use(Tenants)
        .of("default")
        .blueprints.put(blueprint as never, { by: "kim", ifMatch: null, at: monday });
    await put(named("inner", [echo("i", { v: 1 })]));
    await put(named("stored", [{ id: "w", type: "workflow", workflowRef: "inner" } as never]));
    await pass(clock, 70_000, 30);
    const [runId] = await ids();
    expect(await store.summary(runId!)).toMatchObject({ workflow: "stored", status: "completed" });
  });
});

test.each<[string, ScheduleOptions, RegExp]>([
  ["x", { cron: "x y z", workflow: "report" }, /The schedule "x" is not valid/],
  ["x", { cron: "0 25 * * *", workflow: "report" }, /The schedule "x" is not valid/],
  ["x", { cron: "* * * * *", timezone: "Mars/Base", workflow: "report" }, /The schedule "x" is not valid/],
  ["a b", { cron: "* * * * *", workflow: "report" }, /"a b" is not the name of a schedule/],
])("a schedule that is not valid is refused at the start: %s %j", async (name, options, message) => {
  await expect(startServer({ [name]: options })).rejects.toMatchObject({
    message: expect.stringMatching(message),
  });
});
