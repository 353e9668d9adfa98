import type { NodeState } from "./node-state.ts";

/** A time in which a node was tried, or waited for people, a time or a signal. */
export interface Span {
  readonly kind: "attempt" | "waiting";
  /** Number of the attempt, from 1. */
  readonly attempt: number;
  readonly state: NodeState;
  readonly start: number;
  /** Absent while it lasts. */
  readonly end?: number;
  /** Its start has no record: it was reported while it happened, or follows from other times. */
  readonly isInferred?: true;
}

/** The time between two processes of a run. */
export interface Gap {
  /** The last that the earlier one has recorded. */
  readonly from: number;
  readonly to: number;
}

/** Begins an attempt whose start is recorded. One that is open was lost with its process, unless it is the same that was reported. */
export function startAttempt(spans: readonly Span[], start: number, attempt: number, gap: Gap | undefined): Span[] {
  const span: Span = { kind: "attempt", attempt, state: "running", start };
  const last = spans.at(-1);
  if (last === undefined || last.end !== undefined) return [...spans, span];
  const before = spans.slice(0, -1);
  if (last.isInferred === true && last.attempt === attempt) return [...before, { ...span, start: last.start }];
  const end = Math.max(last.start, Math.min(start, gap?.from ?? start));
  return [...before, { ...last, state: "cancelled", end }, span];
}

/** Begins a wait. An attempt that begins with it does nothing else, so all of it is the wait. */
export function startWait(spans: readonly Span[], at: number, attempt: number, state: NodeState): Span[] {
  const last = spans.at(-1);
  const isOpen = last !== undefined && last.end === undefined;
  const wait: Span = { kind: "waiting", attempt, state, start: isOpen ? last.start : at };
  return [...(isOpen ? spans.slice(0, -1) : spans), wait];
}

/** How an attempt has ended. */
interface AttemptEnd {
  readonly at: number;
  readonly attempt: number;
  readonly state: NodeState;
  /** When it has begun, if there is neither a record nor a report of that. */
  readonly from: number;
}

/** Ends the attempt or the wait that is open. Without one, the attempt is known by its end alone. */
export function endAttempt(spans: readonly Span[], { at, attempt, state, from }: AttemptEnd): readonly Span[] {
  const last = spans.at(-1);
  if (last !== undefined && last.end === undefined)
    return [...spans.slice(0, -1), { ...last, ...(last.kind === "attempt" && { state }), end: at }];
  if (last?.kind === "waiting" && last.attempt === attempt) return spans;
  if (from > at) return spans;
  return [...spans, { kind: "attempt", attempt, state, start: from, end: at, isInferred: true }];
}

/** The first attempt has begun with its node, which is known at the end of the node. */
export function withStart(spans: readonly Span[], start: number): readonly Span[] {
  const index = spans.findLastIndex(({ attempt, isInferred }) => attempt === 1 && isInferred === true);
  const first = spans[index];
  return first === undefined || first.start <= start || (spans[index - 1]?.end ?? 0) > start
    ? spans
    : spans.with(index, { ...first, start });
}

/** How long a node was tried or has waited, without the pauses between attempts; undefined when it did neither. */
export function lastedMs({ spans }: { readonly spans: readonly Span[] }, now: number): number | undefined {
  if (spans.length === 0) return undefined;
  return spans.reduce((sum, { start, end }) => sum + Math.max(0, (end ?? now) - start), 0);
}

/** Whether the run has recorded anything of a node that has begun. */
export const isKnown = ({ spans }: { readonly spans: readonly Span[] }): boolean =>
  spans.length === 0 || spans.some(({ isInferred, end }) => isInferred !== true || end !== undefined);

/** An attempt of a node, with what it has waited in it. */
export interface Attempt {
  readonly number: number;
  readonly state: NodeState;
  readonly start: number;
  readonly end?: number;
}

/** The attempts of a node in their order. Several waits in one attempt are parts of it. */
export function attemptsOf({
  spans,
  state,
}: {
  readonly spans: readonly Span[];
  readonly state: NodeState;
}): Attempt[] {
  const attempts: Attempt[] = [];
  for (const [index, span] of spans.entries()) {
    const isLast = index === spans.length - 1;
    const shown = span.kind === "waiting" && isLast ? state : span.state;
    const { attempt: number, start, end } = span;
    const before = attempts.at(-1);
    const goesOn = before?.number === number && spans[index - 1]?.kind === "waiting";
    if (goesOn) attempts.pop();
    attempts.push({ number, state: shown, start: goesOn ? before.start : start, ...(end !== undefined && { end }) });
  }
  return attempts;
}
