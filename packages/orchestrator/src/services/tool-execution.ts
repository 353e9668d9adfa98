import {
  defaultOwnerLimits,
  FileAccess,
  IceError,
  SecretService,
  type Json,
  type OwnerLimits,
  type Runtime,
  type ServiceKey,
  type ToolDefinition,
  type ToolExecutionService,
} from "@ice/core";
import {
  andThen,
  checkOutputLengthInTurns,
  checkValue,
  defaultTenant,
  isZodType,
  jsonSchemaOf,
  normalizeJsonInTurns,
  type PlacedFinding,
  type TimeSlice,
} from "@ice/core/internal";
import { scrubbed, scrubbedThrown } from "../run/scrub.ts";
import { withSecrets } from "./tool-secrets.ts";

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
  const secrets = runtime.use(SecretService);
  return {
    async execute(name, args, options = {}) {
      const tool = runtime.tools.require(name);
      const pending = checkValue(tool.args, args, timeSlice);
      const checked = pending instanceof Promise ? await pending : pending;
      if (!checked.ok) throw invalidArgs(tool, checked.problems);
      const data = tool.takesSecrets === true ? withSecrets(checked.value, options, secrets) : checked.value;
      const { attempt = 1, runId = "", path = "", tenant = defaultTenant, onProgress = ignore } = options;
      try {
        const output = await tool.run(data, {
          attempt,
          runId,
          tenant,
          path,
          progress: onProgress,
          emit: options.emit ?? ignore,
          use: (key) => serviceFor(tenant, key, runtime.use(key)),
          get signal() {
            return options.signal ?? neverAborted();
          },
          get idempotencyKey() {
            return options.idempotencyKey ?? "";
          },
          get callId() {
            return options.callId ?? "";
          },
        });
        return andThen(checkResult(tool, output, timeSlice), (value) =>
          andThen(scrubbed(secrets, value, timeSlice), (result) =>
            andThen(checkOutputLengthInTurns(result, bounds, "the result of the tool", name), () => result),
          ),
        );
      } catch (error) {
        throw scrubbedThrown(secrets, error);
      }
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

function checkResult(
  { name, output: schema }: ToolDefinition,
  output: unknown,
  slice: TimeSlice,
): Json | Promise<Json> {
  if (schema === undefined) return normalizeJsonInTurns(output, slice);
  // A JSON Schema looks at JSON; zod may make JSON of something else.
  const given = isZodType(schema) ? output : normalizeJsonInTurns(output, slice);
  return andThen(
    andThen(given, (value) => checkValue(schema, value, slice)),
    (checked) => {
      if (checked.ok) return isZodType(schema) ? normalizeJsonInTurns(checked.value, slice) : (checked.value as Json);
      throw invalidOutput(name, checked.problems);
    },
  );
}

function invalidOutput(name: string, [problem]: readonly PlacedFinding[]): IceError {
  return new IceError(
    "ICE_OUTPUT_INVALID",
    `The tool "${name}" returned something other than it declares: ${problem?.message ?? "it does not match"}.`,
    { fix: "correct the tool, or its `output` schema" },
  );
}

function invalidArgs({ name }: ToolDefinition, problems: readonly PlacedFinding[]): IceError {
  const [{ message, fix = "" } = { message: "they do not match" }] = problems;
  return new IceError("ICE_TOOL_ARGS", `The arguments of the tool "${name}" are not valid: ${message}.`, {
    fix: fix.startsWith("did you mean") ? fix : "correct the arguments; see the arguments that the tool declares",
    details: {
      tool: name,
      issues: problems.map((problem) => ({ path: problem.keys.map(String), message: problem.message })),
    },
  });
}

/** A service as a tool gets it: files are those of the tenant. */
function serviceFor<T>(tenant: string, key: ServiceKey<T>, service: T): T {
  const isFileAccess = key === (FileAccess as ServiceKey<unknown>);
  return isFileAccess ? ((service as FileAccess).forTenant(tenant) as T) : service;
}
