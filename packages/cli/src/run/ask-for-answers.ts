import { IceError, type RunResult, type WaitingNode } from "@ice/core";
import type { NameFlag } from "../args/flags.ts";
import type { RunContext } from "../config/run-services.ts";
import { oneLine } from "../terminal/printable.ts";
import type { GivenAnswer, Terminal } from "../terminal/terminal.ts";

/** How often a person is asked when an answer does not fit. */
const maxTries = 3;

interface Prompt {
  readonly ask: NonNullable<Terminal["ask"]>;
  /** Withdraws the question. */
  readonly signal: AbortSignal;
}

type AskingContext = RunContext<{ readonly as: NameFlag }>;

/**
 * Asks the person at the terminal for the answers that runs wait for. After an answer that does not fit, the question is asked
 * again with the reason. Requests for other people are skipped.
 *
 * @returns whether something has changed, so that the runs may continue. False also when the person declines to answer.
 */
export async function askForAnswers(
  context: AskingContext,
  runs: readonly Pick<RunResult, "runId" | "waiting">[],
  prompt: Prompt,
): Promise<boolean> {
  let changed = false;
  for (const { runId, waiting = [] } of runs)
    for (const request of waiting) {
      if (request.kind !== "human" || !mayAnswer(context.flags.as, request)) continue;
      if (!(await askFor(context, runId, request, prompt))) return false;
      changed = true;
    }
  return changed;
}

const mayAnswer = (by: string | undefined, { assignees = [] }: WaitingNode): boolean =>
  by === undefined || assignees.length === 0 || assignees.includes(by);

/** Whether the request is answered now, by this person or another. */
async function askFor(
  { tasks, flags, terminal: { stderr }, paint }: AskingContext,
  runId: string,
  request: WaitingNode,
  { ask, signal }: Prompt,
): Promise<boolean> {
  const warn = (text: string): unknown => stderr.write(`${paint("yellow", "!")} ${oneLine(text)}\n`);
  let refused: string | undefined;
  let by = flags.as;
  for (let tries = 0; tries < maxTries; tries += 1) {
    const given: GivenAnswer | undefined = await ask(request, { by, refused, signal });
    if (given === undefined) return false;
    ({ by } = given);
    try {
      await tasks.respond(runId, request.path, given.answer, { by });
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
  warn(`${refused} The question was asked ${maxTries} times.`);
  return false;
}
