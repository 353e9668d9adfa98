import { createRuntime, type NodeInput } from "@ice/core";
import { initializeOrchestrator, Workflow } from "@ice/orchestrator";
import { watchDelays, type Delays } from "./delay-watch.ts";

export interface GuestsParameters {
  /** Code nodes of one run that loop until their limits. */
  readonly spinning: number;
  /** Consecutive runs of one well-behaved code node beside them. */
  readonly honest: number;
}

export interface GuestsFigures {
  /** Duration of each well-behaved run. */
  readonly honestMs: readonly number[];
  /** Time that each looping guest ran before its limits ended it. */
  readonly spinMs: readonly number[];
  /** Time from the cancellation of the looping run to the end of one more well-behaved run. */
  readonly afterCancelMs: number;
  /** Delays of the event loop meanwhile. */
  readonly delays: Delays;
}

const code = (id: string, source: string): NodeInput => ({
  id,
  type: "code",
  language: "javascript",
  code: source,
  onError: "skip",
});

/** One run of looping guests beside runs of one well-behaved guest, and a timer that measures whether the event loop keeps turning. */
export async function measureGuests({ spinning, honest }: GuestsParameters): Promise<GuestsFigures> {
  const { runtime, close } = await initializeOrchestrator({ runtime: createRuntime(), env: {} });
  const runHonest = async (): Promise<number> => {
    const started = performance.now();
    const workflow = new Workflow([code("honest", "return 'done';")], { name: "honest", runtime });
    const { output } = await workflow.execute();
    if (output["honest"] !== "done") throw new Error("the honest guest failed");
    return performance.now() - started;
  };
  await runHonest();

  const watched = await watchDelays();
  const spinMs: number[] = [];
  const stop = new AbortController();
  const nodes = Array.from({ length: spinning }, (_, at) => code(`spins${at}`, "for (;;) {}"));
  const settings = { maxConcurrency: spinning };
  const running = new Workflow(nodes, { name: "spinning", runtime, settings }).execute(
    {},
    {
      signal: stop.signal,
      onEvent: ({ type, data }) => {
        if (type === "sandbox.limitHit" || type !== "sandbox.executed") return;
        if (data["fuel"] !== 0) spinMs.push(data["runMs"]); // 0: cancelled
      },
    },
  );
  await new Promise((resolve) => setTimeout(resolve, 200));
  const honestMs: number[] = [];
  for (let time = 0; time < honest; time += 1) honestMs.push(await runHonest());
  stop.abort();
  const afterCancelMs = await runHonest();
  await running;
  const delays = await watched();
  await close();
  return { honestMs, spinMs, afterCancelMs, delays };
}
