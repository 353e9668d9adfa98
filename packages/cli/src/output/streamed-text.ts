import type { RunEvent, RunEventType } from "@ice/core";
import { printable } from "../terminal/printable.ts";
import type { Terminal } from "../terminal/terminal.ts";
import type { Progress } from "./progress.ts";

/** After these events of a node no text of its attempt follows. */
const endTypes: ReadonlySet<RunEvent["type"]> = new Set<RunEventType>([
  "node.completed",
  "node.failed",
  "node.cancelled",
  "node.retryScheduled",
]);

/** Events that wait for the end of a text. Beyond that, they are shown on lines of their own within it. */
const maxHeld = 1000;

/** Shows the text of one node as it comes; what other nodes do meanwhile is shown when it is complete. */
export function createStreamedText(
  stderr: Pick<Terminal["stderr"], "write">,
  path: string,
  progress: Progress,
): Progress {
  const held: (readonly [RunEvent, string | undefined])[] = [];
  let call: number | undefined;
  let endsLine = true;
  const write = (text: string): void => {
    if (text === "") return;
    stderr.write(printable(text));
    endsLine = text.endsWith("\n");
  };
  const endLine = (): void => write(endsLine ? "" : "\n");
  /** Shows what was held back. */
  const release = (): void => {
    call = undefined;
    endLine();
    for (const [event, place] of held.splice(0)) progress.onEvent(event, place);
  };
  return {
    onEvent(event, place) {
      if (event.type === "llm.tokenStreamed" && place === path) {
        if (call === undefined) progress.end();
        else if (call !== event.data.call) endLine();
        call = event.data.call;
        write(event.data.text);
        return;
      }
      if (call === undefined) return progress.onEvent(event, place);
      if (event.type === "llm.tokenStreamed") return; // the text of another node is never shown
      held.push([event, place]);
      if ((place === path && endTypes.has(event.type)) || held.length >= maxHeld) release();
    },
    end() {
      release();
      progress.end();
    },
  };
}
