import { SpanStatusCode, trace, type Attributes, type Context, type HrTime, type Span } from "@opentelemetry/api";
import { conventions, errorType, own } from "../conventions/names.ts";

/** How a span ends. */
export interface Ending {
  /** Epoch milliseconds. */
  readonly at: number;
  /** `unknown`: its end was not observed. */
  readonly status: "completed" | "failed" | "skipped" | "cancelled" | "suspended" | "unknown";
  readonly error?: { readonly code: string; readonly message?: string | undefined } | undefined;
  readonly attributes?: Attributes | undefined;
}

/** A time in the form that is not ambiguous: the API reads small numbers as times since the start of the process. */
export const timeOf = (at: number): HrTime => [Math.trunc(at / 1000), Math.round((at % 1000) * 1e6)];

/** A span that has not ended, with those that were opened below it. Ending it ends them. */
export class OpenSpan {
  readonly span: Span;
  /** Epoch milliseconds. */
  readonly startedAt: number;
  /** Parent of further spans. */
  readonly context: Context;
  /** The text of an answer so far; undefined unless content is recorded. */
  text: string | undefined;
  readonly #parent: OpenSpan | undefined;
  readonly #children = new Set<OpenSpan>();
  readonly #onEnd: () => void;

  constructor(span: Span, context: Context, { startedAt, parent, onEnd }: OpenSpanOptions) {
    this.span = span;
    this.startedAt = startedAt;
    this.context = trace.setSpan(context, span);
    this.#parent = parent;
    this.#onEnd = onEnd;
    if (parent !== undefined) parent.#children.add(this);
  }

  end({ at, status, error, attributes }: Ending): void {
    this.endChildren({ at, status, error });
    if (this.#parent !== undefined) this.#parent.#children.delete(this);
    this.#onEnd();
    if (attributes !== undefined) this.span.setAttributes(attributes);
    this.span.setAttribute(own.status, status);
    if (error !== undefined) {
      this.span.setAttribute(conventions.errorType, errorType(error.code));
      const code = SpanStatusCode.ERROR;
      const { message } = error;
      this.span.setStatus(message === undefined ? { code } : { code, message });
    }
    this.span.end(timeOf(at));
  }

  /** Ends spans whose end was not reported, such as those of aborted requests. */
  endChildren({ at, status, error }: Ending): void {
    const isStopped = status !== "suspended" && status !== "unknown";
    const ending = { at, status: isStopped ? "cancelled" : status, error } as const;
    for (const child of this.#children) child.end(ending);
  }
}

interface OpenSpanOptions {
  readonly startedAt: number;
  readonly parent: OpenSpan | undefined;
  readonly onEnd: () => void;
}
