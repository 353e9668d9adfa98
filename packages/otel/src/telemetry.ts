import type { Attributes, Context, Meter, Tracer } from "@opentelemetry/api";
import type { RunEvent, RunEventOf, RunEventType } from "@ice/core";
import { Calls } from "./spans/calls.ts";
import { conventions, errorType, own, runAttributes } from "./conventions/names.ts";
import { Metrics } from "./metrics/metrics.ts";
import { Members } from "./spans/members.ts";
import { OpenRuns, type TracedRun } from "./spans/open-runs.ts";
import { timeOf, type Ending, type OpenSpan } from "./spans/open-span.ts";

/** Events of a node that become events of its span, with the fields that hold no content. */
const noted = {
  "node.placed": ["queue"],
  "node.claimed": ["worker"],
  "human.requested": ["request", "kind", "escalated"],
  "human.escalated": ["request", "kind"],
  "human.responded": [],
  "human.timedOut": ["request"],
  "monitor.triggered": ["action"],
  "monitor.alertFailed": ["channel"],
  "loop.iterationCompleted": ["index"],
  "swarm.roundCompleted": ["round"],
  "sandbox.limitHit": ["limit", "fuel"],
} as const satisfies Partial<Record<RunEventType, readonly string[]>>;

type Ended = "node.completed" | "node.failed" | "node.cancelled" | "node.skipped";
type NetworkEnded = `network.workflow${"Completed" | "Failed" | "Cancelled" | "Skipped"}`;

/** A node of a run. */
interface TracedPlace extends TracedRun {
  readonly path: string;
}

/** What telemetry needs from outside. */
export interface TelemetryOptions {
  readonly tracer: Tracer;
  readonly meter: Meter;
  /** Whether texts of models and messages of errors are recorded. */
  readonly content: boolean;
  readonly maxOpenSpans: number;
}

/** Creates spans and metrics from the events of runs. */
export class Telemetry {
  readonly #runs: OpenRuns;
  readonly #members: Members;
  readonly #calls: Calls;
  readonly #metrics: Metrics;
  readonly #content: boolean;

  constructor({ tracer, meter, content, maxOpenSpans }: TelemetryOptions) {
    this.#runs = new OpenRuns(tracer, maxOpenSpans);
    this.#metrics = new Metrics(meter);
    this.#members = new Members(this.#runs);
    this.#calls = new Calls(this.#runs, this.#members, this.#metrics, content);
    this.#content = content;
  }

  /** The context of the innermost open span at a path of a run; undefined for a run that is not known here. */
  contextAt({ path, ...run }: TracedPlace): Context | undefined {
    return this.#runs.get(run)?.contextAt(path);
  }

  close(at: number): void {
    this.#runs.close(at);
  }

  readonly handle = (event: RunEvent): void => {
    switch (event.type) {
      case "workflow.started":
      case "network.started":
      case "workflow.resumed":
      case "network.resumed":
        return this.#beginRun(event);
      case "workflow.completed":
      case "network.completed":
        return this.#endRun(event, "completed");
      case "workflow.failed":
      case "network.failed":
        return this.#endRun(event, "failed");
      case "workflow.cancelled":
      case "network.cancelled":
        return this.#endRun(event, "cancelled");
      case "workflow.suspended":
      case "network.suspended":
        return this.#suspend(event);
      case "node.started":
      case "network.workflowStarted":
        return this.#beginNode(event);
      case "node.completed":
        this.#members.nodeCompleted(event);
        return this.#endNode(event, "completed");
      case "network.workflowCompleted":
        return this.#endNode(event, "completed");
      case "node.failed":
      case "network.workflowFailed":
        return this.#endNode(event, "failed");
      case "node.cancelled":
      case "network.workflowCancelled":
        return this.#endNode(event, "cancelled");
      case "node.skipped":
      case "network.workflowSkipped":
        return this.#endNode(event, "skipped");
      case "network.workflowSuspended":
        return this.#node(event)?.end({ at: event.at, status: "suspended" });
      case "node.retryScheduled":
        return this.#retry(event);
      case "agent.stepCompleted":
        return this.#members.stepped(event);
      case "budget.exceeded": {
        const { budget, limit, used } = event.data;
        return void this.#runs
          .get(event)
          ?.root.span.addEvent(
            event.type,
            { "ice.budget": budget, "ice.limit": limit, "ice.used": used },
            timeOf(event.at),
          );
      }
      default:
        if (Object.hasOwn(noted, event.type)) this.#note(event as RunEventOf<keyof typeof noted>);
        else this.#calls.handle(event);
    }
  };

  #beginRun(event: RunEventOf<`${"workflow" | "network"}.${"started" | "resumed"}`>): void {
    const { type, at, data } = event;
    const { name, version } = data;
    const attributes = {
      [conventions.operationName]: "invoke_workflow",
      [conventions.workflowName]: name,
      [own.workflowVersion]: version,
      ...runAttributes(event),
    };
    const resumed = type === "workflow.resumed" || type === "network.resumed";
    this.#runs.begin(event, name, { name: `invoke_workflow ${name}`, at, attributes }, resumed);
  }

  #endRun(
    event: RunEventOf<`${"workflow" | "network"}.${"completed" | "failed" | "cancelled"}`>,
    status: "completed" | "failed" | "cancelled",
  ): void {
    const { at, data } = event;
    const error = "error" in data ? data.error : undefined;
    const run = this.#runs.get(event);
    this.#metrics.run(run?.name, status, data.durationMs, error?.code);
    run?.root.end({ at, status, error: this.#shown(error) });
  }

  #suspend(event: RunEventOf<"workflow.suspended" | "network.suspended">): void {
    const run = this.#runs.get(event);
    this.#metrics.run(run?.name, "suspended");
    this.#runs.remember(event);
    run?.root.end({ at: event.at, status: "suspended" });
  }

  #beginNode(event: RunEventOf<"node.started" | "network.workflowStarted">): void {
    const { path, nodeType, at } = event;
    const run = this.#runs.get(event);
    if (run === undefined) return;
    const attributes: Attributes = { ...runAttributes(event), [own.nodePath]: path, [own.nodeType]: nodeType };
    const isAgent = nodeType === "agent";
    if (isAgent) attributes[conventions.operationName] = "invoke_agent";
    const name = isAgent ? "invoke_agent" : `${nodeType} ${path.slice(path.lastIndexOf(".") + 1)}`;
    run.nodes.get(path)?.end({ at, status: "unknown", attributes: { [own.truncated]: true } });
    const node = this.#runs.open(run, run.nearest(path), { name, at, attributes }, () => run.nodes.delete(path));
    if (node !== undefined) run.nodes.set(path, node);
  }

  #endNode(event: RunEventOf<Ended | NetworkEnded>, status: Ending["status"]): void {
    const { nodeType, at, attempt, data } = event;
    const error = "error" in data ? data.error : undefined;
    this.#metrics.node(nodeType, status, "durationMs" in data ? data.durationMs : undefined, error?.code);
    const attributes = {
      [own.attempt]: attempt,
      [own.skipReason]: "skipReason" in data ? data.skipReason : undefined,
    };
    // A failure that `onError` handled is not an error of the trace.
    const failure = status === "failed" || status === "cancelled" ? this.#shown(error) : undefined;
    this.#node(event)?.end({ at, status, error: failure, attributes });
  }

  #retry(event: RunEventOf<"node.retryScheduled">): void {
    const { nodeType, at, attempt, data } = event;
    const { delayMs, error } = data;
    this.#metrics.retry(nodeType, error.code);
    const node = this.#node(event);
    node?.endChildren({ at, status: "failed", error: this.#shown(error) });
    const attributes = {
      [own.attempt]: attempt,
      [own.delayMs]: delayMs,
      [conventions.errorType]: errorType(error.code),
    };
    node?.span.addEvent("node.retryScheduled", attributes, timeOf(at));
  }

  #note(event: RunEventOf<keyof typeof noted>): void {
    const { type, at } = event;
    const values = event.data as Readonly<Record<string, unknown>>;
    const attributes = Object.fromEntries(
      noted[type].map((name) => [`ice.${name}`, values[name] as string | number | boolean]),
    );
    this.#node(event)?.span.addEvent(type, attributes, timeOf(at));
  }

  #node(event: TracedPlace): OpenSpan | undefined {
    return this.#runs.get(event)?.nodes.get(event.path);
  }

  /** Messages may repeat content. A cancellation is not an error. */
  #shown(error: { readonly code: string; readonly message: string } | undefined): Ending["error"] {
    if (error === undefined || error.code === "ICE_RUN_CANCELLED") return undefined;
    return { code: error.code, message: this.#content ? error.message : undefined };
  }
}
