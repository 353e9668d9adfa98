import {
  context,
  trace,
  type Attributes,
  type Context,
  type SpanContext,
  SpanKind,
  type Tracer,
} from "@opentelemetry/api";
import { defaultTenant, uniqueRunName } from "@ice/core/internal";
import { own } from "../conventions/names.ts";
import { OpenRun } from "./open-run.ts";
import { OpenSpan, timeOf } from "./open-span.ts";

/** Maximum number of suspended runs whose spans are remembered, so that the resuming run can link to them. */
const maxSuspended = 1000;

/** The fields of an event that identify its run. */
export interface TracedRun {
  readonly runId: string;
  /** Default `default`. */
  readonly tenant?: string | undefined;
}

/** A span to be opened. */
export interface NewSpan {
  readonly name: string;
  /** Default `INTERNAL`. */
  readonly kind?: SpanKind | undefined;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly attributes: Attributes;
}

/** The runs of this process that have not ended, within a bound on the number of open spans. */
export class OpenRuns {
  readonly #tracer: Tracer;
  readonly #maxSpans: number;
  readonly #runs = new Map<string, OpenRun>();
  readonly #suspended = new Map<string, SpanContext>();
  #open = 0;

  constructor(tracer: Tracer, maxSpans: number) {
    this.#tracer = tracer;
    this.#maxSpans = maxSpans;
  }

  get(run: TracedRun): OpenRun | undefined {
    return this.#runs.get(nameOf(run));
  }

  /** Opens the span of a run: below the node of its network, otherwise below the active span. */
  begin(run: TracedRun, workflow: string, span: NewSpan, resumed: boolean): void {
    const name = nameOf(run);
    this.#end(name, span.at);
    this.#makeRoom(undefined, span.at);
    const parent = this.#memberOf(name) ?? context.active();
    const earlier = resumed ? this.#suspended.get(name) : undefined;
    this.#suspended.delete(name);
    const links = earlier === undefined ? [] : [{ context: earlier }];
    const root = this.#start(span, parent, { links, onEnd: () => this.#runs.delete(name) });
    this.#runs.set(name, new OpenRun(root, workflow));
  }

  /** Opens a span in a run. Undefined if the bound does not allow it: then spans below it become those of its parent. */
  open(run: OpenRun, parent: OpenSpan, span: NewSpan, onEnd: () => void): OpenSpan | undefined {
    return this.#makeRoom(run, span.at) ? this.#start(span, parent.context, { parent, onEnd }) : undefined;
  }

  /** Keeps the span of a run that leaves this process, so that the one that resumes it can link to it. */
  remember(traced: TracedRun): void {
    const name = nameOf(traced);
    const run = this.#runs.get(name);
    const spanContext = run && trace.getSpanContext(run.root.context);
    if (spanContext === undefined) return;
    this.#suspended.delete(name);
    this.#suspended.set(name, spanContext);
    const [oldest] = this.#suspended.keys();
    if (oldest !== undefined && this.#suspended.size > maxSuspended) this.#suspended.delete(oldest);
  }

  /** Ends a run whose end was not observed. */
  #end(name: string, at: number): void {
    this.#runs.get(name)?.root.end({ at, status: "unknown", attributes: { [own.truncated]: true } });
  }

  /** Ends all of them. */
  close(at: number): void {
    for (const name of this.#runs.keys()) this.#end(name, at);
  }

  #start(
    { name, kind = SpanKind.INTERNAL, at, attributes }: NewSpan,
    parent: Context,
    { links = [], onEnd, ...more }: { links?: { context: SpanContext }[]; parent?: OpenSpan; onEnd: () => void },
  ): OpenSpan {
    const options = { kind, attributes, startTime: timeOf(at), links };
    this.#open += 1;
    return new OpenSpan(this.#tracer.startSpan(name, options, parent), parent, {
      startedAt: at,
      parent: more.parent,
      onEnd: () => {
        this.#open -= 1;
        onEnd();
      },
    });
  }

  /** Ends the oldest of the other runs until there is room for one more span. */
  #makeRoom(growing: OpenRun | undefined, at: number): boolean {
    for (const [name, run] of this.#runs) {
      if (this.#open < this.#maxSpans) return true;
      if (run !== growing) this.#end(name, at);
    }
    return this.#open < this.#maxSpans;
  }

  /** The open node of the network to which a run belongs: `etl` of `n1` for the run `n1.etl`. */
  #memberOf(name: string): Context | undefined {
    for (let dot = name.lastIndexOf("."); dot > 0; dot = name.lastIndexOf(".", dot - 1)) {
      const node = this.#runs.get(name.slice(0, dot))?.nodes.get(name.slice(dot + 1));
      if (node !== undefined) return node.context;
    }
    return undefined;
  }
}

const nameOf = ({ runId, tenant = defaultTenant }: TracedRun): string => uniqueRunName(tenant, runId);
