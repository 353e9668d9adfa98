import type { JournalRecord, RunEvent, RunJournal, RunResult, ToolContext } from "@ice/core";
import { Checker, checkStop, NodeIndex, runId } from "@ice/testing/internal";
import type { FleetFaults } from "./fleet-faults.ts";
import type { FleetProcess, FleetWatch } from "./fleet-process.ts";
import type { FleetParts, FleetProcesses } from "./fleet-processes.ts";
import type { FleetRun } from "./fleet-run.ts";
import type { FleetScenario } from "./fleet-scenario.ts";
import type { FleetObserver, Ownership } from "./fleet-tables.ts";
import { OwnerRules } from "./owner-rules.ts";
import { PlacedRule } from "./placed-rule.ts";

/** Hands what processes report and what happens in the tables to the checkers of runs, the rules of the fleet, and its faults. */
export class FleetChecker implements FleetWatch, FleetObserver {
  readonly owners: OwnerRules;
  readonly #parts: FleetParts;
  readonly #processes: FleetProcesses;
  readonly #faults: FleetFaults;
  readonly #placed: PlacedRule;
  readonly #nodes: NodeIndex;
  readonly #checkers = new Map<string, Checker>();

  constructor(parts: FleetParts, processes: FleetProcesses, faults: FleetFaults) {
    this.#parts = parts;
    this.#processes = processes;
    this.#faults = faults;
    this.owners = new OwnerRules(parts, parts.scenario.fleet);
    this.#placed = new PlacedRule(parts);
    this.#nodes = new NodeIndex(parts.scenario);
  }

  /** @param shown - the result of the run, as it is stored. */
  checkEnd(run: FleetRun, shown: RunResult): void {
    const { report } = this.#parts;
    if (!run.isGivenUp) checkStop(run.records, shown, report);
    this.owners.checkEnd(run, shown);
    for (const [path, { status }] of Object.entries(shown.nodes))
      if (status === "waiting") report.violation(`${path} is waiting after the end of the run`);
  }

  // What processes report.

  onAppend(process: FleetProcess, { runId: id, epoch }: RunJournal, record: JournalRecord): void {
    if (!this.#isOwner(process, id, epoch)) return;
    this.#checkerOf(id).onAppend(record);
    if (record.kind === "suspended" && record.reason === "waiting") this.#faults.onRelease(id);
  }

  onEvent(process: FleetProcess, event: RunEvent): void {
    const { runId: id, path, attempt = 1, seq } = event;
    // An attempt for another process is a run of its own, with numbers of a first owner.
    const epoch = Math.floor(seq / 2 ** 32) + 1;
    const isPlaced = path !== undefined && process.worker.jobOf(id, path, attempt) !== undefined;
    if (!isPlaced && this.#isOwner(process, id, epoch)) this.#checkerOf(id).onEvent(event);
  }

  onTicket(process: FleetProcess, of: string): void {
    const run = this.#run(of);
    if (run !== undefined && this.#faults.onTicket(process, run)) this.owners.onTicketLost(run);
  }

  onCall(process: FleetProcess, context: ToolContext, tool: string): ReturnType<Checker["onCall"]> {
    const { tables, report } = this.#parts;
    const { runId: id, path, attempt } = context;
    report.write(`call in ${process.id}`);
    const checker = this.#checkerOf(id);
    const run = this.#run(id)!;
    const job = process.worker.jobOf(id, path, attempt);
    if (job !== undefined) {
      report.count("placed call");
      this.#placed.onCall(job);
      this.#faults.onJob(process);
      // The owner may have died between recording that it is cancelled and cancelling the job.
      const isCancelled = run.records.some(
        (record) => record.kind === "outcome" && record.path === path && record.node.status === "cancelled",
      );
      return checker.onRemoteCall(context, tool, !tables.outcomes.has(job) && !isCancelled);
    }
    if (run.process === process.id) return checker.onCall(context, tool);
    this.owners.onLateCall(process, run, path);
    return checker.onRemoteCall(context, tool, false);
  }

  stepsOf(process: FleetProcess): ReturnType<FleetWatch["stepsOf"]> {
    const isOwner = (): boolean => this.#run(runId)?.process === process.id;
    const { steps } = this.#checkerOf(runId);
    return {
      reportViolation: (violation) => steps.reportViolation(violation),
      onRequest: (request, content) => (isOwner() ? steps.onRequest(request, content) : { number: -1, isFirst: false }),
      onCall: (context) => (isOwner() ? steps.onCall(context) : () => {}),
    };
  }

  violation(violation: string): void {
    this.#parts.report.violation(violation);
  }

  // What happens in the tables.

  onOpened(run: FleetRun, before: string | undefined): void {
    const { process, epoch, head } = run;
    this.#parts.report.write(`${process} opens ${head.runId} in epoch ${epoch}`);
    if (epoch > 1) this.#checkerOf(head.runId).onCrash();
    const isLost = this.#processes.find(before) === undefined;
    this.owners.onOpened(run, isLost ? before : undefined);
    this.#faults.onOpened(run);
  }

  onDurable(run: FleetRun, by: Ownership, record: JournalRecord): void {
    this.owners.onDurable(run, by, record);
    this.#placed.onDurable(run, record);
    // Nothing cleans up in a run that is ended without being opened.
    if (!run.isGivenUp) this.#checkerOf(run.head.runId).onDurable(record);
  }

  onOutcome(job: string, body: string): void {
    this.#placed.onOutcome(job, body);
  }

  onPlaced(id: string, argument: unknown): void {
    this.#placed.onPlaced(id, argument);
  }

  #isOwner({ id }: FleetProcess, of: string, epoch: number): boolean {
    const run = this.#run(of);
    return run !== undefined && run.process === id && run.epoch === epoch;
  }

  #run(id: string): FleetRun | undefined {
    return this.#parts.tables.find("default", id);
  }

  #checkerOf(id: string): Checker {
    const known = this.#checkers.get(id);
    if (known !== undefined) return known;
    const { scenario, clock, report } = this.#parts;
    const lateMs = latenessOf(scenario);
    const checker = new Checker(
      report,
      {
        nodes: this.#nodes,
        now: () => clock.now(),
        signals: () => this.#run(id)?.signals ?? [],
        noticeMs: lateMs,
        commitMs: lateMs,
        starterOf: (other) => this.#run(other)?.head.startedBy,
        violation: (violation) => report.violation(violation),
      },
      scenario.faultPlan.failingCall,
    );
    this.#checkers.set(id, checker);
    return checker;
  }
}

/** A signal that no note announces is found at the next beat, unless the process stands still or the store is away. */
function latenessOf({ fleet, faultPlan: { commitMs, noticeMs = 0 } }: FleetScenario): number {
  const sum = (list: readonly { readonly forMs: number }[]): number => list.reduce((ms, { forMs }) => ms + forMs, 0);
  return 1100 + commitMs * 3 + noticeMs + sum(fleet.stands) + sum(fleet.outages) * 2;
}
