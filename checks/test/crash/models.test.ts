import type { JournalRecord, StoredRun } from "@ice/core";
import { isPlainObject } from "@ice/core/internal";
import { openSqliteRunStore } from "@ice/orchestrator";
import { expect, test } from "vitest";
import type { ModelEffect, ModelWorkerTask } from "./model-worker.ts";
import { newPlace, startWorker } from "./processes.ts";

const retryPolicy = { maxAttempts: 20, backoffStrategy: "fixed", backoffSeconds: 0.001 };
/** Every request names its run, so that no two runs ask the same. */
const input = "go {{ run.id }}";

const agent = {
  id: "a",
  type: "agent",
  model: "p/m",
  tools: ["effect"],
  input,
  retryPolicy,
  memory: { scope: "store", thread: "{{ run.id }}" },
};
const swarm = {
  id: "s",
  type: "swarm",
  task: input,
  coordinationStrategy: "consensus",
  maxRounds: 1,
  agents: [
    { package: "worker", role: "worker" },
    { package: "thinker", role: "thinker" },
  ],
  retryPolicy,
};
const recursion = {
  id: "r",
  type: "recursive",
  agentPackage: "worker",
  initialState: input,
  convergenceCondition: "false",
  maxIterations: 2,
  retryPolicy,
};

/** Identifies what a record says was answered: a request to a model, or a call of a tool. */
function answeredBy(record: JournalRecord): string[] {
  if (record.kind !== "step" || !isPlainObject(record.value)) return [];
  const { state, result } = record.value;
  const ids = [isPlainObject(state) && state["data"], isPlainObject(result) && result["id"]];
  return ids.filter((id) => typeof id === "string");
}

const answersIn = ({ records }: StoredRun): string[] => records.flatMap(answeredBy);

const countOf = (effects: readonly ModelEffect[], wanted: string): number =>
  effects.filter(({ what, id }) => what !== "failure" && id === wanted).length;

test.each([
  ["an agent on a model, with a conversation in the store", agent],
  ["a swarm of members on models", swarm],
  ["a recursion over an agent", recursion],
])(
  "%s dies before and after every record: no recorded answer is asked for again, no finished tool runs twice",
  async (_name, node) => {
    const place = newPlace();
    const { db, effects } = place;
    const effectLines = (): ModelEffect[] => place.effectLines() as unknown as ModelEffect[];
    const work = async (task: Pick<ModelWorkerTask, "runs" | "dieAt">): Promise<void> => {
      const worker = startWorker({ db, effects, nodes: [node], ...task }, "model-worker.ts");
      const lines = await worker.ended;
      const ends = lines.filter(({ runId }) => runId !== undefined);
      expect(ends.map(({ status, error }) => error ?? status)).toEqual(
        task.dieAt === undefined ? task.runs.map(() => "completed") : [],
      );
    };
    const read = async (runId: string): Promise<StoredRun | undefined> => {
      const store = await openSqliteRunStore(db);
      try {
        return await store.read(runId).catch(() => undefined);
      } finally {
        await store.close();
      }
    };

    // Undisturbed: each answer was asked for once, but those that failed first.
    await work({ runs: ["whole"] });
    const whole = (await read("whole"))!;
    const failed = new Set(effectLines().flatMap(({ what, id }) => (what === "failure" ? [id] : [])));
    for (const id of answersIn(whole)) expect(countOf(effectLines(), id)).toBe(failed.has(id) ? 2 : 1);
    expect(new Set(answersIn(whole)).size).toBe(answersIn(whole).length);

    const deaths = whole.records.flatMap((_, index) =>
      (["before", "after"] as const).map((place) => ({ runId: `${place}-${index + 1}`, place, at: index + 1 })),
    );
    const left = new Map<string, { readonly run: StoredRun | undefined; readonly effects: number }>();
    for (const { runId, ...dieAt } of deaths) {
      await work({ runs: [runId], dieAt });
      left.set(runId, { run: await read(runId), effects: effectLines().length });
    }
    const before = effectLines();
    await work({ runs: deaths.map(({ runId }) => runId) });
    const later = effectLines().slice(before.length);
    for (const { runId } of deaths) {
      const { run } = left.get(runId)!;
      const recorded = run === undefined ? [] : answersIn(run);
      for (const id of recorded) expect(countOf(later, id), `${runId} repeats a recorded step`).toBe(0);
      const after = (await read(runId))!;
      expect(after.records.slice(0, run?.records.length ?? 0)).toEqual(run?.records ?? []);
      // Once more at most, for what was under way: and once for what fails first.
      for (const id of answersIn(after))
        expect(countOf(effectLines(), id), `${runId} asks too often`).toBeLessThanOrEqual(failedFirst(id) ? 3 : 2);
      expect(new Set(answersIn(after)).size, `${runId} records a step twice`).toBe(answersIn(after).length);
    }
    // What happens again says so.
    const attempts = new Map<string, number>();
    for (const { id, attempt } of effectLines()) {
      if (attempt === undefined) continue;
      expect(attempt, `call ${id}`).toBeGreaterThan(attempts.get(id) ?? 0);
      attempts.set(id, attempt);
    }
    console.log(`${deaths.length} deaths, ${later.length} requests and calls to finish`);

    function failedFirst(wanted: string): boolean {
      return effectLines().some(({ what, id }) => what === "failure" && id === wanted);
    }
  },
);
