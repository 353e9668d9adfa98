import { IceError } from "@ice/core";

const eventTypePattern = /^[a-z][A-Za-z0-9]*\.[a-z][A-Za-z0-9]*$/;

/** @throws IceError `ICE_EVENT_NAME` for an invalid name, or one that is reserved for ice. */
export function checkEventType(type: string, nodeId: string): void {
  const reserved = (type.startsWith("node.") && type !== "node.progressed") || type.startsWith("workflow.");
  if (eventTypePattern.test(type) && !reserved) return;
  throw new IceError("ICE_EVENT_NAME", `Node "${nodeId}" emits an event named "${type}".`, {
    fix: "name it source.eventVerb, with your own source (or use node.progressed)",
  });
}
