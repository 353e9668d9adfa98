import type { Json } from "../json/json.ts";

/** What an expression can name while it is evaluated. */
export interface ExpressionScope {
  /** The value of a root name (`item`, `inputs`, a node id, …), or undefined when it has none right now. */
  get(name: string): Json | undefined;
}
