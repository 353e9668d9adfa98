import type { RunEvent } from "@ice/core";
import { printable, type Paint, type Terminal } from "../terminal.ts";

/** Shows the nodes of a run while it runs. */
export interface Progress {
  onEvent(event: RunEvent): void;
  /** Takes what is live off the screen. */
  end(): void;
}

const marks = {
  completed: ["green", "✓"],
  failed: ["red", "✗"],
  skipped: ["dim", "-"],
  cancelled: ["yellow", "■"],
} as const;
type Ended = keyof typeof marks;

/**
 * A line per node that ends, on stderr. On a terminal the nodes in flight stand below, with time and attempt; in a pipe there
 * are plain lines only. At most `rows` nodes in flight are shown.
 */
export function createProgress(
  { stderr }: Terminal,
  paint: Paint,
  { quiet, rows = 8 }: { readonly quiet: boolean; readonly rows?: number },
): Progress {
  if (quiet) return { onEvent: () => {}, end: () => {} };
  const running = new Map<string, RunEvent>();
  const live = stderr.isTTY === true;
  let shown = 0;
  let drawnAt = 0;
  const clear = (): string => (shown === 0 ? "" : `\u001B[${shown}A\u001B[0J`);
  const draw = (now: number): string => {
    const lines = [...running.values()].slice(0, rows).map((event) => {
      const attempt = (event.attempt ?? 1) > 1 ? ` attempt ${event.attempt}` : "";
      return `${paint("cyan", "●")} ${printable(event.path ?? "")}${paint("dim", ` ${event.nodeType}${attempt} ${seconds(now - event.at)}`)}\n`;
    });
    if (running.size > rows) lines.push(paint("dim", `  … and ${running.size - rows} more\n`));
    shown = lines.length;
    return lines.join("");
  };
  return {
    onEvent(event) {
      const line = lineOf(event, paint);
      const { path = "" } = event;
      if (event.type === "node.started" || event.type === "node.retryScheduled") running.set(path, event);
      else if (line !== undefined) running.delete(path);
      if (!live) {
        if (line !== undefined) stderr.write(line);
        return;
      }
      if (line === undefined && event.at - drawnAt < 50) return;
      drawnAt = event.at;
      stderr.write(clear() + (line ?? "") + draw(event.at));
    },
    end() {
      stderr.write(clear());
      shown = 0;
    },
  };
}

function lineOf({ type, path, nodeType, attempt, data }: RunEvent, paint: Paint): string | undefined {
  if (type === "human.requested" || type === "human.escalated")
    return `${paint("yellow", "?")} ${printable(path ?? "")} ${printable(String(data["promptMessage"]))}\n`;
  if (type === "node.retryScheduled")
    return `${paint("yellow", "↻")} ${printable(path ?? "")} ${paint("dim", `retry ${String(data["nextAttempt"])} in ${seconds(Number(data["delayMs"]))}`)}\n`;
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
        : ` ${error.code}: ${error.message}`;
  return `${paint(style, mark)} ${printable(path)} ${paint("dim", `${nodeType}${time}${tries}${printable(reason)}`)}\n`;
}

function seconds(ms: number): string {
  return ms < 1000 ? `${Math.max(0, Math.round(ms))} ms` : `${(ms / 1000).toFixed(1)} s`;
}
