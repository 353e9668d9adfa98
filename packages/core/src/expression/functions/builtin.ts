import type { Meter } from "../meter.ts";

/** A function, or a method, whose first argument is its receiver. */
export interface Builtin {
  /** Allowed numbers of arguments, the receiver of a method included. */
  readonly arity: readonly number[];
  /** The type that it always returns. */
  readonly type?: string;
  readonly call: (args: readonly unknown[], meter: Meter) => unknown;
}

export type Builtins = Readonly<Record<string, Builtin>>;
