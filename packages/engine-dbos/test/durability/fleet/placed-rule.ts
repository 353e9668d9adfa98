import type { JournalRecord, PlacedJob } from "@ice/core";
import { lost } from "../../../src/dispatch/job-outcome.ts";
import { jobId, rowOf } from "../../../src/dispatch/ticket.ts";
import type { FleetRuleParts } from "./owner-rules.ts";
import type { FleetRun } from "./fleet-run.ts";

/** A placed node outlives the owner of its run: its outcome is used, and it is placed again only if it was lost or has failed. */
export class PlacedRule {
  readonly #parts: FleetRuleParts;
  readonly #jobs = new Map<string, PlacedJob>();
  readonly #begun = new Set<string>();
  /** The first outcome of each, as it was written. */
  readonly #outcomes = new Map<string, string>();
  /** The last one of each node. */
  readonly #last = new Map<string, PlacedJob>();

  constructor(parts: FleetRuleParts) {
    this.#parts = parts;
  }

  /** A worker calls the tool of a job. */
  onCall(id: string): void {
    this.#begun.add(id);
  }

  onOutcome(id: string, body: string): void {
    if (body === lost && !this.#outcomes.has(id) && !this.#begun.has(id))
      this.#parts.report.count("job lost before it began");
    const first = this.#outcomes.get(id) ?? body;
    this.#outcomes.set(id, first);
    if (first !== body) this.#parts.report.violation(`the outcome of the job ${id} is replaced`);
  }

  onPlaced(id: string, argument: unknown): void {
    const { report } = this.#parts;
    const job = argument as PlacedJob;
    const known = this.#jobs.get(id);
    report.count(known === undefined ? "job" : "job of an earlier owner");
    if (known !== undefined && known.callId !== job.callId)
      report.violation(`${job.path} attempt ${job.attempt} gets the outcome of another effect`);
    if (known !== undefined && known.idempotencyKey !== job.idempotencyKey)
      report.violation(`${job.path} has changed its idempotency key`);
    this.#jobs.set(id, job);
    this.#last.set(`${rowOf(id)}:${job.path}`, job);
    const before = [...this.#jobs].find(
      ([, other]) =>
        other.runId === job.runId &&
        other.path === job.path &&
        other.callId === job.callId &&
        other.attempt === job.attempt - 1,
    );
    if (before !== undefined && "output" in outcomeOf(this.#outcomes.get(before[0])))
      report.violation(`${job.path} is placed again, although attempt ${job.attempt - 1} has ended`);
  }

  onDurable({ sequence }: FleetRun, record: JournalRecord): void {
    if (record.kind !== "outcome" || record.node.status !== "completed" || record.node.recovered === true) return;
    const { output, attempts } = record.node;
    const job = this.#last.get(`${sequence}:${record.path}`);
    if (job?.attempt !== attempts) return;
    const outcome = outcomeOf(this.#outcomes.get(jobId(sequence, job)));
    if ("output" in outcome && JSON.stringify(outcome.output) !== JSON.stringify(output))
      this.#parts.report.violation(`${record.path} has another output than its worker has returned`);
  }
}

const outcomeOf = (body: string | undefined): { readonly output?: unknown } =>
  body === undefined ? {} : (JSON.parse(body) as object);
