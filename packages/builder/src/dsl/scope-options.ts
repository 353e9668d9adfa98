import type { ChildNode } from "@ice/core";
import type { NodeOptions } from "./node-options.ts";
import type { ScopeError } from "./outputs.ts";
import type { FieldValue } from "./ref.ts";
import { fieldOf } from "./templates.ts";

/** The names that lists after the body of a scope can use. Those of its nodes have values where the node has completed. */
export type AfterBody<Visible, Own, Failure extends ScopeError | null = ScopeError> = Visible &
  Own & {
    /** The completed nodes of the body. */
    readonly nodes: Own;
    readonly error: Failure;
  };

/**
 * Options of a scope. @typeParam Ids - of the nodes in the body. @typeParam Catch - a callback that builds the nodes of `catch`;
 * likewise `Compensation` and `Finally`.
 */
export interface ScopeOptions<
  Visible,
  Ids extends PropertyKey,
  Catch,
  Compensation,
  Finally,
> extends NodeOptions<Visible> {
  /** What runs when the body has failed, with any error or one of `codes`. When it completes, the scope completes. */
  readonly catch?: Catch | { readonly codes?: readonly string[]; readonly body: Catch };
  /** Id of a node in the body → nodes that compensate it after a failure or a stop, if it had completed. */
  readonly compensate?: { readonly [Id in Ids]?: Compensation | undefined };
  /** What runs at the end, however the body ended. */
  readonly finally?: Finally;
  /** Name of a signal that ends the body. */
  readonly cancelOn?: FieldValue<Visible, string>;
  /** Time limit of all compensations together, and of `finally`, in seconds. Default 60, at most 3600. */
  readonly cleanupSeconds?: number;
}

/** @param build - returns the nodes that a callback adds to an empty list. */
export function scopeFields<Visible, Ids extends PropertyKey, List extends (...lists: never) => unknown>(
  {
    catch: handler,
    compensate,
    finally: last,
    cancelOn,
    cleanupSeconds,
    ...options
  }: ScopeOptions<Visible, Ids, List, List, List>,
  build: (list: List) => readonly ChildNode[],
): [fields: Readonly<Record<string, unknown>>, options: NodeOptions<Visible>] {
  const compensations = compensate && Object.entries<List | undefined>(compensate);
  const fields = {
    catch:
      handler && (typeof handler === "function" ? { body: build(handler) } : { ...handler, body: build(handler.body) }),
    compensate:
      compensations && Object.fromEntries(compensations.flatMap(([id, list]) => (list ? [[id, build(list)]] : []))),
    finally: last && build(last),
    cancelOn: fieldOf(cancelOn),
    cleanupSeconds,
  };
  return [fields, options];
}
