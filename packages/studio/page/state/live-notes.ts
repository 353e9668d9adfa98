import type { LiveEvent } from "../api/types.ts";

/** What a node has reported while the page was open. */
interface LiveNote {
  /** The text of the model so far. */
  readonly text: string;
  /** The last ones, without parts of texts. */
  readonly events: readonly LiveEvent[];
}

export type LiveNotes = ReadonlyMap<string, LiveNote>;

export const noNotes: LiveNotes = new Map();

const maxText = 256 * 1024;
const maxEvents = 500;

/** Types of which the stream has a record as well. */
const recorded = new Set(["node.started", "node.completed", "node.failed", "node.skipped", "node.cancelled"]);

/** The notes after more events. */
export function addNotes(notes: LiveNotes, events: readonly LiveEvent[]): LiveNotes {
  const after = new Map(notes);
  for (const event of events) {
    const { path, type, data } = event;
    if (path === undefined || recorded.has(type)) continue;
    const { text, events: before } = after.get(path) ?? { text: "", events: [] };
    if (type === "llm.tokenStreamed")
      after.set(path, { text: (text + String(data["text"] ?? "")).slice(-maxText), events: before });
    else after.set(path, { text: type === "llm.called" ? "" : text, events: [...before, event].slice(-maxEvents) });
  }
  return after;
}
