import type { z } from "zod";
import type { FieldValue, Refs, Templated } from "./ref.ts";
import { schemaOf } from "./schema-of.ts";
import { fieldOf } from "./templates.ts";

/** A wait for a time: a number of seconds, or a moment, as epoch milliseconds or RFC 3339 with an offset. */
export type TimeWait<Visible> =
  | { readonly seconds: FieldValue<Visible, number>; readonly at?: never }
  | { readonly at: FieldValue<Visible, number | string>; readonly seconds?: never };

/** A wait for a signal, or for the first of up to 16. The payload is checked against the schema and typed. */
export interface SignalWait<Visible, Name extends string = string, Payload extends z.ZodType = z.ZodType> {
  readonly signal: Name | readonly Name[] | ((scope: Refs<Visible>) => Templated<string | readonly string[]>);
  /** Signals with another payload are not taken. Default: any payload. */
  readonly payload?: Payload;
  /** Whether a signal can be taken that was recorded before the wait began. Default true. */
  readonly buffer?: boolean;
}

/** The deadline of a wait that has no time. */
export interface SignalDeadline {
  /** In seconds; then the node fails with `ICE_NODE_TIMEOUT`. Default none. */
  readonly timeoutSeconds?: number;
}

/** Any of the forms. */
export type WaitConfig<Visible> = Partial<SignalWait<Visible> & SignalDeadline> & {
  readonly seconds?: FieldValue<Visible, number>;
  readonly at?: FieldValue<Visible, number | string>;
};

export function waitFields<Visible>({
  seconds,
  at,
  signal,
  payload,
  ...rest
}: WaitConfig<Visible>): Readonly<Record<string, unknown>> {
  return {
    seconds: fieldOf(seconds),
    at: fieldOf(at),
    signal: fieldOf(signal),
    payloadSchema: payload && schemaOf(payload),
    ...rest,
  };
}
