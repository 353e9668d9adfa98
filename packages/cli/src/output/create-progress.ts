import type { Clock, RunEvent } from "@ice/core";
import { oneLine, shown } from "../terminal/printable.ts";
import { takesEscapes, type Paint, type Terminal } from "../terminal/terminal.ts";
import { seconds } from "./duration.ts";
import { createLiveProgress } from "./live-progress.ts";
import type { Progress } from "./progress.ts";

/**
 * A line per node that ends, on stderr. On a terminal the nodes in flight stand below, with time and attempt; in a pipe there
 * are plain lines only.
 */
export function createProgress(
  terminal: Pick<Terminal, "stderr" | "env">,
  paint: Paint,
  { quiet, clock }: { readonly quiet: boolean; readonly clock: Clock },
): Progress {
  if (quiet) return { onEvent: () => {}, end: () => {} };
  const { stderr } = terminal;
  const lineOf = (event: RunEvent): string | undefined => describe(event, paint);
  if (takesEscapes(terminal, stderr)) return createLiveProgress(stderr, paint, { clock, lineOf });
  return {
    onEvent(event) {
      const line = lineOf(event);
      if (line !== undefined) stderr.write(line);
    },
    end: () => {},
  };
}

const marks = {
  completed: ["green", "✓"],
  failed: ["red", "✗"],
  skipped: ["dim", "-"],
  cancelled: ["yellow", "■"],
} as const;
type Ended = keyof typeof marks;

/** The line for an event that is worth one: the end of a node, or a retry. */
function describe({ type, path, nodeType, attempt, data }: RunEvent, paint: Paint): string | undefined {
  if (type === "human.requested" || type === "human.escalated")
    return `${paint("yellow", "?")} ${shown(path ?? "")} ${oneLine(String(data["promptMessage"]))}\n`;
  if (type === "monitor.alertFailed")
    return `${paint("yellow", "!")} ${shown(path ?? "")} ${oneLine(`the alert did not reach ${shown(String(data["channel"]))}: ${String(data["error"])}`)}\n`;
  if (type === "node.retryScheduled")
    return `${paint("yellow", "↻")} ${shown(path ?? "")} ${paint("dim", `retry ${String(data["nextAttempt"])} in ${seconds(Number(data["delayMs"]))}`)}\n`;
  const status = type.startsWith("node.") ? type.slice(5) : "";
  if (!Object.hasOwn(marks, status) || path === undefined) return undefined;
  const [style, mark] = marks[status as Ended];
  const tries = (attempt ?? 1) > 1 ? ` ${attempt} attempts` : "";
  const time = typeof data["durationMs"] === "number" ? ` ${seconds(data["durationMs"])}` : "";
  const error = data["error"] as { readonly code?: string; readonly message?: string } | undefined;
  const reason =
    status === "skipped"
      ? ` ${String(data["skipReason"])}`
      : error === undefined
        ? ""
        : ` ${shown(error.code ?? "")}: ${error.message}`;
  return `${paint(style, mark)} ${shown(path)} ${paint("dim", `${shown(nodeType ?? "")}${time}${tries}${oneLine(reason)}`)}\n`;
}
