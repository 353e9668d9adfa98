import type { JsonObject } from "../json/json.ts";
import type { DataOf } from "./event-field.ts";
import type { runEvents } from "./run-events.ts";

type RunEvents = typeof runEvents;

/** The data of each event of ice, as declared in `runEvents`. */
type DeclaredData = {
  readonly [Type in keyof RunEvents]: RunEvents[Type] extends { readonly more: string }
    ? DataOf<RunEvents[Type]["data"]> & JsonObject
    : DataOf<RunEvents[Type]["data"]>;
};

/**
 * Types of events with the data of each. A plugin declares its own, under its own source; then its events are typed as those of ice:
 *
 * ```ts
 * declare module "@ice/core" {
 *   interface RunEventMap {
 *     "acme.orderPlaced": { readonly orderId: string };
 *   }
 * }
 * ```
 */
export interface RunEventMap extends DeclaredData {}

/** A declared type of event: `node.completed`, … */
export type RunEventType = keyof RunEventMap;

/** Fields of every event. */
interface EventHead {
  readonly runId: string;
  /** Whose run it is. Absent for the tenant `default`. */
  readonly tenant?: string;
  /** Strictly increasing within a run, from 1; see `docs/reference/events.md` for a run that is resumed. */
  readonly seq: number;
  /** Epoch milliseconds. */
  readonly at: number;
}

/** Fields of an event of a node. */
interface AboutNode {
  /** Path of the node, e.g. `listings[3].price`; in a network the id of the workflow. */
  readonly path: string;
  readonly nodeType: string;
  /** Attempt number, from 1; absent if the node never ran. */
  readonly attempt?: number;
}

/** An event of the run as a whole has none of these. */
type AboutRun = { readonly [Key in keyof AboutNode]?: undefined };

/** The event of one type. */
export type RunEventOf<Type extends RunEventType> = EventHead &
  (Type extends keyof RunEvents ? (RunEvents[Type]["about"] extends "run" ? AboutRun : AboutNode) : AboutNode) & {
    readonly type: Type;
    readonly data: RunEventMap[Type];
  };

declare const undeclared: unique symbol;

/** An event of a plugin that is not declared in `RunEventMap`. The brand excludes it where `type` is compared. */
export interface PluginEvent extends EventHead, AboutNode {
  readonly type: `${string}.${string}` & { readonly [undeclared]: true };
  readonly data: JsonObject;
}

/** An event of a run. `type` (`source.eventVerb`, in the past tense) determines the type of `data`. */
export type RunEvent = { [Type in RunEventType]: RunEventOf<Type> }[RunEventType] | PluginEvent;

/** The event that a listener of this type receives; any event for `"*"` and for a type that is any string. */
export type EventFor<Type extends string> = Type extends RunEventType
  ? RunEventOf<Type>
  : "*" extends Type
    ? RunEvent
    : PluginEvent;

/** An undeclared type, under a source that is not one of ice's; `never` for a misspelt event of ice. */
export type UndeclaredType<Type extends string> = Type extends RunEventType | "*" | `${Source}.${string}`
  ? never
  : Type;

type Source = keyof RunEvents extends infer Type ? (Type extends `${infer First}.${string}` ? First : never) : never;

/** Types that an executor may emit: only the engine emits events of nodes and workflows, except progress. */
export type ExecutorEventType = Exclude<RunEventType, `node.${string}` | `workflow.${string}`> | "node.progressed";

/** Emits an event of a node. */
export interface Emit {
  /** For a type that is not declared in `RunEventMap`. */
  <Type extends string>(type: Type & UndeclaredType<Type>, data?: JsonObject): void;
  /** `data` is optional if it has no required fields. */
  <Type extends ExecutorEventType>(
    type: Type,
    ...data: Partial<RunEventMap[Type]> extends RunEventMap[Type]
      ? [data?: RunEventMap[Type]]
      : [data: RunEventMap[Type]]
  ): void;
}
