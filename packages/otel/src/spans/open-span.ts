import { SpanStatusCode, trace, type Attributes, type Context, type HrTime, type Span } from "@opentelemetry/api";
import { conventions, own } from "../conventions/names.ts";

/** How something ended. */
export interface Ending {
  /** Epoch milliseconds. */
  readonly at: number;
  /** `completed`, `failed`, `skipped`, `cancelled`, `suspended`. */
  readonly status: string;
  readonly error?: { readonly code: string; readonly message?: string | undefined } | undefined;
  readonly attributes?: Attributes | undefined;
}

/** A time as the API takes it without a doubt: small numbers would be read as times since the start of the process. */
export const timeOf = (at: number): HrTime => [Math.trunc(at / 1000), Math.round((at % 1000) * 1e6)];

/** A span that has not ended, with those that were opened below it. Ending it ends them. */
export class OpenSpan {
  readonly span: Span;
  /** Epoch milliseconds. */
  readonly startedAt: number;
  /** Parent of further spans. */
  readonly context: Context;
  /** Text that was streamed so far; undefined unless content is recorded. */
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
      this.span.setAttribute(conventions.errorType, error.code);
      const code = SpanStatusCode.ERROR;
      const { message } = error;
      this.span.setStatus(message === undefined ? { code } : { code, message });
    }
    this.span.end(timeOf(at));
  }

  /** Ends what did not end itself, such as a request that was aborted. */
  endChildren({ at, status, error }: Ending): void {
    const ending = { at, status: status === "suspended" ? status : "cancelled", error };
    for (const child of this.#children) child.end(ending);
  }
}

interface OpenSpanOptions {
  readonly startedAt: number;
  readonly parent: OpenSpan | undefined;
  readonly onEnd: () => void;
}
