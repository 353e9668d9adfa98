import { IceError, type Json, type ModelToolCall } from "@ice/core";

/** Calls that one answer may ask for. */
const maxCallsPerStep = 64;

/** An answer with calls, and their results. */
export interface Step {
  readonly calls: readonly ModelToolCall[];
  /** As the model was shown them. */
  readonly results: readonly Json[];
}

/** Refuses calls that would not end. @throws IceError `ICE_AGENT_LIMIT`, `ICE_AGENT_LOOP`: none of the calls runs. */
export function checkCalls(
  agent: string,
  calls: readonly ModelToolCall[],
  { earlier, maxIterations }: { readonly earlier: readonly Step[]; readonly maxIterations: number },
): void {
  if (earlier.length + 1 >= maxIterations)
    throw new IceError("ICE_AGENT_LIMIT", `Agent "${agent}" still requests tools in step ${maxIterations}, its last.`, {
      fix: "raise `maxIterations`, or state in the prompt when to stop",
      details: { agent, maxIterations },
    });
  if (calls.length > maxCallsPerStep)
    throw new IceError(
      "ICE_AGENT_LIMIT",
      `Agent "${agent}" requests ${calls.length} calls in one step; at most ${maxCallsPerStep} are allowed.`,
      {
        fix: "ask in the prompt for fewer tool calls at a time",
        details: { agent, calls: calls.length },
      },
    );
  const [before, last] = earlier.slice(-2);
  const repeats =
    before !== undefined && last !== undefined && sameCalls(before.calls, last.calls) && sameCalls(last.calls, calls);
  if (repeats && JSON.stringify(last.results) === JSON.stringify(before.results))
    throw new IceError(
      "ICE_AGENT_LOOP",
      `Agent "${agent}" requests the same calls a third time, after receiving their results twice.`,
      {
        fix: "state in the prompt what to do with the result, or when to stop",
        details: { agent, tools: calls.map(({ name }) => name) },
      },
    );
}

const sameCalls = (a: readonly ModelToolCall[], b: readonly ModelToolCall[]): boolean =>
  a.length === b.length &&
  a.every(({ name, arguments: given }, index) => name === b[index]!.name && given === b[index]!.arguments);
