import type { ChildNode, Join, Json, JsonObject, RetryPolicy } from "@ice/core";
import type { Expr, Refs } from "./ref.ts";
import { scopeRefs } from "./ref.ts";
import { toCel, toTemplate } from "./templates.ts";

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

/** A node as plain data: its options with callbacks evaluated, and its own fields. */
export function nodeOf<Visible>(
  id: string,
  type: string,
  fields: Readonly<Record<string, unknown>>,
  options: NodeOptions<Visible> = {},
): ChildNode {
  const { when, onError, ...plain } = options;
  const given = {
    id,
    type,
    ...plain,
    when: when && toCel(when(scopeRefs())),
    onError: onError && onErrorOf(onError),
    ...fields,
  };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as unknown as ChildNode;
}

function onErrorOf<Visible>(onError: NonNullable<NodeOptions<Visible>["onError"]>): Json {
  if (typeof onError === "string") return onError;
  const { output } = onError;
  return { output: toTemplate(typeof output === "function" ? output(scopeRefs()) : output) };
}
