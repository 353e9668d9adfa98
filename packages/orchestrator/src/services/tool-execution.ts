import {
  defaultOwnerLimits,
  IceError,
  type Json,
  type OwnerLimits,
  type Runtime,
  type ToolDefinition,
  type ToolExecutionService,
} from "@ice/core";
import {
  andThen,
  checkOutputLengthInTurns,
  firstProblemOf,
  jsonSchemaOf,
  normalizeJsonInTurns,
  problemsOf,
  type TimeSlice,
} from "@ice/core/internal";
import type { z } from "zod";

/** Calls the tools of a runtime. Arguments and results are checked on every call. */
export function createToolExecutionService({
  runtime,
  limits: { outputBytes = defaultOwnerLimits.outputBytes },
  timeSlice,
}: {
  readonly runtime: Runtime;
  readonly limits: Partial<OwnerLimits>;
  readonly timeSlice: TimeSlice;
}): ToolExecutionService {
  const bounds = { outputBytes, timeSlice };
  return {
    async execute(name, args, options = {}) {
      const tool = runtime.tools.require(name);
      const parsed = tool.args.safeParse(args);
      if (!parsed.success) throw invalidArgs(tool, parsed.error, args);
      const { attempt = 1, runId = "", path = "", onProgress = ignore } = options;
      const output = await tool.run(parsed.data, {
        attempt,
        runId,
        path,
        progress: onProgress,
        use: (key) => runtime.use(key),
        get signal() {
          return options.signal ?? neverAborted();
        },
        get idempotencyKey() {
          return options.idempotencyKey ?? "";
        },
      });
      return andThen(checkResult(tool, output, timeSlice), (result) =>
        andThen(checkOutputLengthInTurns(result, bounds, "the result of the tool", name), () => result),
      );
    },
    list: () =>
      [...runtime.tools.entries()].map(([name, { description, sideEffects, args }]) => ({
        name,
        description,
        sideEffects,
        args: jsonSchemaOf(args, "input"),
      })),
  };
}

const ignore = (): void => {};
const neverAborted = (): AbortSignal => new AbortController().signal;

function checkResult(tool: ToolDefinition, output: unknown, slice: TimeSlice): Json | Promise<Json> {
  if (tool.output === undefined) return normalizeJsonInTurns(output, slice);
  const parsed = tool.output.safeParse(output);
  if (parsed.success) return normalizeJsonInTurns(parsed.data, slice);
  throw new IceError(
    "ICE_OUTPUT_INVALID",
    `The tool "${tool.name}" returned something else than it declares: ${firstProblemOf(parsed.error, tool.output, output)}.`,
    {
      fix: "correct the tool, or its `output` schema",
    },
  );
}

function invalidArgs({ name, args: schema }: ToolDefinition, error: z.ZodError, args: unknown): IceError {
  const problems = problemsOf(error, schema, args);
  const [{ message, fix = "" } = { message: "they do not match" }] = problems;
  return new IceError("ICE_TOOL_ARGS", `The arguments of the tool "${name}" are not valid: ${message}.`, {
    fix: fix.startsWith("did you mean")
      ? fix
      : "correct what the arguments are given; look at those that the tool declares",
    details: {
      tool: name,
      issues: problems.map((problem) => ({ path: problem.keys.map(String), message: problem.message })),
    },
  });
}
