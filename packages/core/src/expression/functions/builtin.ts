import type { Meter } from "../meter.ts";

/** A function, or a method whose first argument is what stands before the dot. */
export interface Builtin {
  /** How many arguments it takes, that of a method included. */
  readonly arity: readonly number[];
  /** The type it always gives. */
  readonly type?: string;
  readonly call: (args: readonly unknown[], meter: Meter) => unknown;
}

export type Builtins = Readonly<Record<string, Builtin>>;
