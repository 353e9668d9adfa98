import type { JsonObject } from "../json/json.ts";
import type { DataOf } from "./event-field.ts";
import type { runEvents } from "./run-events.ts";

type RunEvents = typeof runEvents;

/** The data of each event of ice, as `runEvents` declares it. */
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

/** A type of event that is declared: `node.completed`, … */
export type RunEventType = keyof RunEventMap;

/** What every event says. */
interface EventHead {
  readonly runId: string;
  /** Strictly increasing within a run, from 1; see `docs/reference/events.md` for a run that is resumed. */
  readonly seq: number;
  /** Epoch milliseconds. */
  readonly at: number;
}

/** What an event of a node says about it. */
interface AboutNode {
  /** Path of the node, e.g. `listings[3].price`; of a network the id of the workflow. */
  readonly path: string;
  readonly nodeType: string;
  /** Attempt number, from 1; absent when the node never ran. */
  readonly attempt?: number;
}

/** An event of the run as a whole is about no node. */
type AboutRun = { readonly [Key in keyof AboutNode]?: undefined };

/** The event of one type. */
export type RunEventOf<Type extends RunEventType> = EventHead &
  (Type extends keyof RunEvents ? (RunEvents[Type]["about"] extends "run" ? AboutRun : AboutNode) : AboutNode) & {
    readonly type: Type;
    readonly data: RunEventMap[Type];
  };

declare const undeclared: unique symbol;

/** An event of a plugin that does not declare it in `RunEventMap`. The brand keeps it out of the way where `type` is compared. */
export interface PluginEvent extends EventHead, AboutNode {
  readonly type: `${string}.${string}` & { readonly [undeclared]: true };
  readonly data: JsonObject;
}

/** One thing that happened in a run. `type` (`source.eventVerb`, in the past tense) says which, and what `data` holds. */
export type RunEvent = { [Type in RunEventType]: RunEventOf<Type> }[RunEventType] | PluginEvent;

/** The event that a listener of this type receives; every one for `"*"`, and for a type that is any string. */
export type EventFor<Type extends string> = Type extends RunEventType
  ? RunEventOf<Type>
  : "*" extends Type
    ? RunEvent
    : PluginEvent;

/** A type that is not declared, under a source that is not one of ice's: `never` for a misspelt event of ice. */
export type UndeclaredType<Type extends string> = Type extends RunEventType | "*" | `${Source}.${string}`
  ? never
  : Type;

type Source = keyof RunEvents extends infer Type ? (Type extends `${infer First}.${string}` ? First : never) : never;

/** What an executor may emit: events of nodes and workflows are the engine's alone, except progress. */
export type ExecutorEventType = Exclude<RunEventType, `node.${string}` | `workflow.${string}`> | "node.progressed";

/** Emits an event of a node. */
export interface Emit {
  /** For a type that is not declared in `RunEventMap`. */
  <Type extends string>(type: Type & UndeclaredType<Type>, data?: JsonObject): void;
  /** `data` may be absent where it has no required fields. */
  <Type extends ExecutorEventType>(
    type: Type,
    ...data: Partial<RunEventMap[Type]> extends RunEventMap[Type]
      ? [data?: RunEventMap[Type]]
      : [data: RunEventMap[Type]]
  ): void;
}
