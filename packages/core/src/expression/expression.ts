import type { Keys } from "../json/json-pointer.ts";
import type { Json } from "../json/json.ts";
import type { Evaluation } from "./evaluation.ts";
import type { ExpressionScope } from "./scope.ts";

/** A name that an expression reads, with the static part of its path. */
export interface Reference {
  /** The root identifier: `a` of `a.rows[0].price`. Names bound by a comprehension (`list.map(x, …)`) are not references. */
  readonly root: string;
  /** Static path below the root: `["rows", 0, "price"]`. Ends before the first computed part. */
  readonly keys: Keys;
  /** True for the parts of `keys` that may be absent: `a.?b`, `has(a.b)`, `a[?"b"]`; indexes into `keys`. */
  readonly optionalFrom?: number;
  /** Offsets of root and path in the expression's source. */
  readonly start: number;
  readonly end: number;
}

/** A compiled CEL expression. */
export interface Expression {
  readonly source: string;
  readonly references: readonly Reference[];
  /** CEL type of the result (`bool`, `int`, `list<string>`, …), if it does not depend on the data. */
  readonly type?: string | undefined;
  /**
   * Evaluates the expression.
   *
   * @param evaluation - state shared with the other expressions of its node. Default: none.
   * @throws IceError `ICE_EXPRESSION_FAILED` (missing key, wrong type, result that is not JSON) or `ICE_EXPRESSION_LIMIT`.
   */
  evaluate(scope: ExpressionScope, evaluation?: Evaluation): Json;
}
