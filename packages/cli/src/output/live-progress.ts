import type { Clock, RunEvent, RunEventType } from "@ice/core";
import { columnsOf, shown } from "../terminal/printable.ts";
import type { Paint, Terminal } from "../terminal/terminal.ts";
import { seconds } from "./duration.ts";
import type { Progress } from "./progress.ts";

/** Milliseconds between two drawings of the screen while nodes are in flight. */
const refreshMs = 100;
/** Nodes in flight that are shown, if the screen has enough rows. */
const maxRows = 8;
/** On a narrower screen rows would wrap and could not be removed, so only nodes that have ended are shown. */
const minColumns = 24;

/** After these events a node is in flight. */
const startTypes: ReadonlySet<RunEvent["type"]> = new Set<RunEventType>([
  "node.started",
  "network.workflowStarted",
  "node.retryScheduled",
  "node.placed",
  "node.claimed",
]);

interface LiveOptions {
  readonly clock: Clock;
  /** The line for an event, if it has one. */
  readonly lineOf: (event: RunEvent, path: string) => string | undefined;
  /** What there is to say about a node in flight, with a space before it. */
  readonly about: (path: string) => string;
}

/** On a terminal: a line for each node that has ended, and below them the nodes in flight, redrawn in place. */
export function createLiveProgress(
  stderr: Terminal["stderr"],
  paint: Paint,
  { clock, lineOf, about: more }: LiveOptions,
): Progress {
  const running = new Map<string, RunEvent>();
  let lines = "";
  let rows = 0;
  let drawnAt = -Infinity;
  let cancelTimer: (() => void) | undefined;

  const clear = (): string => (rows === 0 ? "" : `\u001B[${rows}A\u001B[0J`);
  const draw = (): void => {
    cancelTimer?.();
    drawnAt = clock.now();
    const inFlight = rowsOf([...running], drawnAt);
    stderr.write(clear() + lines + inFlight.join(""));
    lines = "";
    rows = inFlight.length;
    cancelTimer = rows > 0 ? clock.setTimer(refreshMs, draw) : undefined;
  };
  const rowsOf = (events: readonly (readonly [string, RunEvent])[], now: number): string[] => {
    // A terminal without a known size reports 0.
    const { columns, rows } = { columns: stderr.columns || 80, rows: stderr.rows || 24 };
    const room = columns < minColumns ? 0 : Math.min(maxRows, rows - 2);
    if (room < 1) return [];
    const shown = events.slice(0, room).map(([path, event]) => rowOf(path, event, now, columns));
    return events.length > room ? [...shown, paint("dim", `  … and ${events.length - room} more\n`)] : shown;
  };
  /** Never wider than the screen: a row that wraps could not be removed. A long path is cut at its start. */
  const rowOf = (path: string, { nodeType, attempt = 1, at }: RunEvent, now: number, columns: number): string => {
    const about = ` ${nodeType}${attempt > 1 ? ` attempt ${attempt}` : ""} ${seconds(now - at)}${more(path)}`.slice(
      0,
      columns - 5,
    );
    const room = columns - 4 - about.length;
    const name = shown(path);
    return `${paint("cyan", "●")} ${lastColumns(name, room)}${paint("dim", about)}\n`;
  };

  return {
    onEvent(event, path = "") {
      const line = lineOf(event, path);
      if (startTypes.has(event.type)) running.set(path, event);
      else if (line === undefined) return;
      else if (event.type !== "monitor.alertFailed") running.delete(path);
      lines += line ?? "";
      if (clock.now() - drawnAt >= refreshMs) draw();
      else cancelTimer ??= clock.setTimer(refreshMs, draw);
    },
    end() {
      cancelTimer?.();
      cancelTimer = undefined;
      stderr.write(clear() + lines);
      running.clear();
      lines = "";
      rows = 0;
    },
  };
}

/** The end of a text that fits into so many columns. */
function lastColumns(text: string, columns: number): string {
  if (columnsOf(text) <= columns) return text;
  const characters = Array.from(text);
  let first = characters.length;
  for (let room = columns - 2; first > 0; first -= 1) {
    room -= columnsOf(characters[first - 1]!);
    if (room < 0) break;
  }
  return `…${characters.slice(first).join("")}`;
}
