import { hasFields } from "./event-field.ts";
import type { RunEvent } from "./run-event.ts";
import type { RunEventDefinition } from "./event-definition.ts";
import { runEvents } from "./run-events.ts";

/** How an event differs from its declaration in `runEvents`; undefined if it does not, and for events of plugins. */
export function problemOfEvent({ type, path, nodeType, data }: RunEvent): string | undefined {
  if (!Object.hasOwn(runEvents, type)) return undefined;
  const { about, data: fields, more }: RunEventDefinition = runEvents[type as keyof typeof runEvents];
  const named = [path, nodeType].filter((name) => name !== undefined).length;
  if (named !== (about === "node" ? 2 : 0))
    return about === "node"
      ? `${type} is an event of a node, but does not name one.`
      : `${type} is an event of a run, but names the node "${path}".`;
  if (hasFields(data, fields, { more: more !== undefined })) return undefined;
  const declared = Object.entries(fields).map(([name, { kind, optional }]) => `${name}${optional ? "?" : ""}: ${kind}`);
  return `${type} has the data ${JSON.stringify(data)}, but declares { ${declared.join("; ")} }.`;
}
