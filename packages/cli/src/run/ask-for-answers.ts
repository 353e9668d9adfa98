import { HumanTaskService, IceError, type RunResult, type WaitingNode } from "@ice/core";
import type { Ice } from "../config/start-ice.ts";
import { oneLine } from "../terminal/printable.ts";
import type { GivenAnswer, Paint, Terminal } from "../terminal/terminal.ts";

/** How often a person is asked again when an answer does not fit. */
const mostTries = 3;

export interface Asking extends Pick<Terminal, "stderr"> {
  readonly ask: NonNullable<Terminal["ask"]>;
  /** Takes the question back. */
  readonly signal: AbortSignal;
  readonly paint: Paint;
  /** Who sits at the terminal; undefined: they say so when it matters. */
  readonly as: string | undefined;
}

/**
 * Asks the person at the terminal for what runs wait for. An answer that is refused is asked for again, with the reason; what
 * is for others to answer is left.
 *
 * @returns whether something has changed, so that the runs may go on. False also when the person does not want to answer.
 */
export async function askForAnswers(
  ice: Ice,
  runs: readonly Pick<RunResult, "runId" | "waiting">[],
  asking: Asking,
): Promise<boolean> {
  let changed = false;
  for (const { runId, waiting = [] } of runs)
    for (const request of waiting) {
      if (request.kind !== "human" || !mayAnswer(asking, request)) continue;
      if (!(await askFor(ice, runId, request, asking))) return false;
      changed = true;
    }
  return changed;
}

const mayAnswer = ({ as }: Asking, { assignees = [] }: WaitingNode): boolean =>
  as === undefined || assignees.length === 0 || assignees.includes(as);

/** Whether the request is answered now, by this person or another. */
async function askFor(
  { runtime }: Ice,
  runId: string,
  request: WaitingNode,
  { ask, stderr, paint, as, signal }: Asking,
): Promise<boolean> {
  const warn = (text: string): unknown => stderr.write(`${paint("yellow", "!")} ${oneLine(text)}\n`);
  let refused: string | undefined;
  let by = as;
  for (let tries = 0; tries < mostTries; tries += 1) {
    const given: GivenAnswer | undefined = await ask(request, { by, refused, signal });
    if (given === undefined) return false;
    ({ by } = given);
    try {
      await runtime.use(HumanTaskService).respond(runId, request.path, given.answer, by === undefined ? {} : { by });
      return true;
    } catch (error) {
      if (!IceError.is(error)) throw error;
      if (error.code === "ICE_REQUEST_CLOSED") {
        warn(error.message);
        return true;
      }
      if (error.code !== "ICE_RESPONSE_INVALID") throw error;
      refused = error.message;
    }
  }
  warn(`${refused} It was asked ${mostTries} times.`);
  return false;
}
