import type { EventFields } from "./event-field.ts";

/** The declaration of a type of event. */
export interface RunEventDefinition {
  /** When the event is emitted. */
  readonly description: string;
  /** A `node` event has `path` and `nodeType`; an event of the `run` as a whole has neither. */
  readonly about: "run" | "node";
  readonly data: EventFields;
  /** Further content of `data`. */
  readonly more?: string;
}
