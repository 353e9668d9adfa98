import type { Clock, RunEvent, RunEventType } from "@ice/core";
import { oneLine, shown } from "../terminal/printable.ts";
import { takesEscapes, type Paint, type Terminal } from "../terminal/terminal.ts";
import { SpentByNode } from "./amounts.ts";
import { seconds } from "./duration.ts";
import { createLiveProgress } from "./live-progress.ts";
import { waitText } from "./next-steps.ts";
import type { Progress } from "./progress.ts";
import { createStreamedText } from "./streamed-text.ts";

export interface ProgressOptions {
  readonly quiet: boolean;
  readonly clock: Clock;
  /** Path of the node whose text is shown as it comes, on a terminal. Default none. */
  readonly streamed?: string | undefined;
}

/**
 * A line per node that ends, on stderr. On a terminal the nodes in flight are shown below, with time and attempt; a pipe gets
 * plain lines only.
 */
export function createProgress(
  terminal: Pick<Terminal, "stderr" | "env">,
  paint: Paint,
  { quiet, clock, streamed }: ProgressOptions,
): Progress {
  if (quiet) return { onEvent: () => {}, end: () => {} };
  const { stderr } = terminal;
  const spent = new SpentByNode();
  const lineOf = (event: RunEvent, path: string): string | undefined => {
    spent.onEvent(event, path);
    return describe(event, path, paint, spent);
  };
  const progress = takesEscapes(terminal, stderr)
    ? createLiveProgress(stderr, paint, { clock, lineOf, about: (path) => spent.of(path) })
    : createLines(stderr, lineOf);
  return streamed === undefined || stderr.isTTY !== true ? progress : createStreamedText(stderr, streamed, progress);
}

/** A line for each node that has ended. */
function createLines(
  stderr: Terminal["stderr"],
  lineOf: (event: RunEvent, path: string) => string | undefined,
): Progress {
  return {
    onEvent(event, path = "") {
      const line = lineOf(event, path);
      if (line !== undefined) stderr.write(line);
    },
    end: () => {},
  };
}

const marks = {
  "node.completed": ["green", "✓"],
  "network.workflowCompleted": ["green", "✓"],
  "node.failed": ["red", "✗"],
  "network.workflowFailed": ["red", "✗"],
  "node.skipped": ["dim", "-"],
  "network.workflowSkipped": ["dim", "-"],
  "node.cancelled": ["yellow", "■"],
  "network.workflowCancelled": ["yellow", "■"],
} as const satisfies Partial<Record<RunEventType, readonly [string, string]>>;
type EndEvent = Extract<RunEvent, { readonly type: keyof typeof marks }>;
const isEnd = (event: RunEvent): event is EndEvent => Object.hasOwn(marks, event.type);

/** The line for the end of a node, a retry, its place on a worker, what a node waits for, a run of its own or a failed alert. */
function describe(event: RunEvent, path: string, paint: Paint, spent: SpentByNode): string | undefined {
  const name = shown(path);
  switch (event.type) {
    case "human.requested":
    case "human.escalated":
      return `${paint("yellow", "?")} ${name} ${oneLine(event.data.promptMessage)}\n`;
    case "wait.started":
      return `${paint("yellow", "?")} ${name} ${oneLine(waitText(event.data))}\n`;
    case "run.detached":
      return `${paint("dim", "↗")} ${name} ${paint("dim", `started the run ${shown(event.data.runId)}`)}\n`;
    case "monitor.alertFailed": {
      const { channel, error } = event.data;
      return `${paint("yellow", "!")} ${name} ${oneLine(`the alert did not reach ${shown(channel)}: ${error}`)}\n`;
    }
    case "node.placed":
      return `${paint("dim", "↗")} ${name} ${paint("dim", `waits in the queue ${shown(event.data.queue)}`)}\n`;
    case "node.claimed":
      return `${paint("dim", "↗")} ${name} ${paint("dim", `is executed by the worker ${shown(event.data.worker)}`)}\n`;
    case "node.retryScheduled": {
      const { nextAttempt, delayMs } = event.data;
      return `${paint("yellow", "↻")} ${name} ${paint("dim", `retry ${nextAttempt} in ${seconds(delayMs)}`)}\n`;
    }
    default:
      return isEnd(event) ? describeEnd(event, name, paint, spent.take(path)) : undefined;
  }
}

function describeEnd(
  { type, nodeType, attempt = 1, data }: EndEvent,
  name: string,
  paint: Paint,
  used: string,
): string {
  const [style, mark] = marks[type];
  const tries = attempt > 1 ? ` ${attempt} attempts` : "";
  const time = "cached" in data ? " cached" : "durationMs" in data ? ` ${seconds(data.durationMs)}` : "";
  const error = "error" in data ? ` ${shown(data.error.code)}: ${data.error.message}` : "";
  const reason = "skipReason" in data ? ` ${data.skipReason}` : error;
  return `${paint(style, mark)} ${name} ${paint("dim", `${shown(nodeType)}${time}${tries}${used}${oneLine(reason)}`)}\n`;
}
