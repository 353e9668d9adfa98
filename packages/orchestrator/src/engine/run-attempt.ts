import {
  IceError,
  type JournalRecord,
  type PlacedJob,
  type PlacedOutcome,
  type PlacedStep,
  type PlacedTurn,
  type RunJournal,
  type RunStore,
  type Usage,
} from "@ice/core";
import { finishInTurns } from "@ice/core/internal";
import { historyOf } from "../history/history.ts";
import { MemoryRunStore } from "../journal/memory-run-store.ts";
import { prefixOf } from "../journal/paths.ts";
import type { Plan } from "../plan/plan.ts";
import { composeNode } from "../run/interceptors/pipeline.ts";
import { recordedTurn } from "../run/run-memory.ts";
import { Run } from "../run/run.ts";
import { WorkflowFrame } from "../run/workflow-frame.ts";
import type { SharedEngine } from "./engine-options.ts";
import { listen } from "./listen.ts";
import { planOfAttempt, recordsBefore } from "./plan-of-attempt.ts";
import { RunInbox } from "./run-inbox.ts";

/** How an attempt is executed for another process. */
export interface AttemptOptions {
  readonly signal: AbortSignal;
  /** Keeps a step for the next attempt; the attempt goes on when it has. */
  readonly onStep?: ((step: PlacedStep) => Promise<void>) | undefined;
}

/** In place of the nodes that have taken the turns of a job: no node has this path. */
const earlier = "";

/** Executes one attempt of a node of a run that another process owns, as a run of its own in memory. */
export async function runAttempt(
  { pace, bounds, options: { runtime, clock, random } }: SharedEngine,
  whole: Plan,
  job: PlacedJob & Pick<RunStore, "tenant">,
  { signal, onStep }: AttemptOptions,
): Promise<PlacedOutcome> {
  const { tenant, runId, path, input: inputs } = job;
  const plan = planOfAttempt(whole, job, composeNode);
  const store = new MemoryRunStore({ clock, tenant });
  const startedAt = clock.now();
  const { name: workflow, version } = plan.view;
  const head = {
    runId,
    workflow,
    version,
    kind: "workflow",
    startedAt,
    document: plan.document,
    inputs,
    options: {},
  } as const;
  const journal = new AttemptJournal(await store.create(head, new RunInbox()), onStep);
  const records = recordsBefore(job, startedAt);
  const history = records.length === 0 ? undefined : await finishInTurns(historyOf({ records, startedAt }), pace.slice);
  const run = new Run({
    id: runId,
    runtime,
    clock,
    pace,
    bounds,
    random,
    store,
    journal,
    startedAt,
    history,
    usesCache: false,
    keys: job,
    detach: () => Promise.reject(new IceError("ICE_INTERNAL", "A placed node starts no runs.")),
  });
  for (const turn of job.turns ?? []) run.memory.keep(earlier, turn);
  const frame = new WorkflowFrame({ run, plan, inputs, prefix: prefixOf(path) });
  const stop = (): void => frame.stop(new IceError("ICE_RUN_CANCELLED", "The run of the node was cancelled."));
  const forget = listen(signal, stop);
  if (signal.aborted) stop();
  try {
    const { error } = await frame.execute();
    const { usage, turn } = journal;
    if (error !== undefined) return { error, usage };
    return { output: run.nodes.byPath()[path]?.output ?? null, usage, turn };
  } finally {
    forget();
    await store.close();
  }
}

/** The journal of an attempt: its steps are kept elsewhere too, and the rest of its usage is in its outcome. */
class AttemptJournal implements RunJournal {
  readonly runId: string;
  readonly epoch: number;
  readonly #inner: RunJournal;
  readonly #onStep: AttemptOptions["onStep"];
  /** What the attempt has used since its last step, once it has ended. */
  usage: Partial<Usage> = {};
  /** What the attempt has added to a conversation of the run. */
  turn: PlacedTurn | undefined;

  constructor(inner: RunJournal, onStep: AttemptOptions["onStep"]) {
    this.runId = inner.runId;
    this.epoch = inner.epoch;
    this.#inner = inner;
    this.#onStep = onStep;
  }

  append(record: JournalRecord): Promise<void> | undefined {
    if (record.kind === "outcome") this.usage = record.usage ?? {};
    if (record.kind === "checkpoint") this.turn = recordedTurn(record.value);
    if (record.kind !== "step" || this.#onStep === undefined) return this.#inner.append(record);
    const { key, value, usage } = record;
    return this.#onStep({ key, value, usage });
  }
}
