import type { Json } from "../json/json.ts";

/** The names that an expression can use while it is evaluated. */
export interface ExpressionScope {
  /** The value of a root name (`item`, `inputs`, a node id, …), or undefined if it has none. */
  get(name: string): Json | undefined;
}
