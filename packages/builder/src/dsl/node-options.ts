import type { ChildNode, Join, Json, JsonObject, RetryPolicy } from "@ice/core";
import type { Expr, FieldValue, Refs } from "./ref.ts";
import { scopeRefs } from "./ref.ts";
import { fieldOf, toCel } from "./templates.ts";

/** Options of every node, besides the fields of its type. */
export interface NodeOptions<Visible> {
  readonly name?: string;
  readonly description?: string;
  readonly metadata?: JsonObject;
  /** Ids of siblings to wait for; those that are referred to are added automatically. */
  readonly dependencies?: readonly string[];
  readonly when?: (scope: Refs<Visible>) => Expr<unknown>;
  readonly join?: Join;
  readonly retryPolicy?: Partial<RetryPolicy>;
  readonly timeoutSeconds?: number;
  readonly onError?:
    | "fail"
    | "skip"
    | {
        /** Plain data, or a callback that can use `error`. */
        readonly output: Json | ((scope: Refs<Visible & { error: { code: string; message: string } }>) => unknown);
      };
  readonly inputSchema?: JsonObject;
  readonly outputSchema?: JsonObject;
}

/** Options of nodes that call something, whose outputs later runs can take from the cache. */
export interface CallOptions<Visible> extends NodeOptions<Visible> {
  readonly cache?: {
    /** How long an output can be used again, in seconds, at most ten years. */
    readonly ttlSeconds: number;
    /** The value that an earlier output must agree in: plain data, or a callback. Default: the evaluated fields of the node. */
    readonly key?: Json | ((scope: Refs<Visible>) => unknown);
  };
}

/** Options of nodes that wait: they have a deadline of their own, and are not repeated. */
export type WaitOptions<Visible> = Omit<NodeOptions<Visible>, "timeoutSeconds" | "retryPolicy">;

/** Options of a `workflow` node that starts a run of its own. */
export interface DetachedOptions<Visible> extends NodeOptions<Visible> {
  readonly detached: true;
  /** Id of the run. Default: derived from this run and node. */
  readonly runId?: FieldValue<Visible, string>;
}

/** A node as plain data: its options with callbacks evaluated, and its own fields. */
export function nodeOf<Visible>(
  id: string,
  type: string,
  fields: Readonly<Record<string, unknown>>,
  options: CallOptions<Visible> = {},
): ChildNode {
  const { when, onError, cache, ...plain } = options;
  const given = {
    id,
    type,
    ...plain,
    when: when && toCel(when(scopeRefs())),
    onError: typeof onError === "object" ? { output: fieldOf(onError.output) } : onError,
    cache: cache && withoutUndefined({ ...cache, key: fieldOf(cache.key) }),
    ...fields,
  };
  return withoutUndefined(given) as unknown as ChildNode;
}

const withoutUndefined = (fields: object): object =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
