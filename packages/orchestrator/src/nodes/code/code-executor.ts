import {
  CodeSandbox,
  IceError,
  type builtinNodes,
  type IceErrorCode,
  type Json,
  type JsonObject,
  type SandboxErrorKind,
  type SandboxResult,
} from "@ice/core";
import type { BuiltinActivation } from "../builtin-activation.ts";
import { callTool } from "../call-tool.ts";
import { keyedCaller } from "../keyed-caller.ts";

type CodeActivation = BuiltinActivation<typeof builtinNodes.code>;

/**
 * Runs the code in the sandbox. Calls of granted tools are calls of this node: they are counted against the budget and reported
 * in events.
 */
export async function executeCode(activation: CodeActivation): Promise<Json> {
  const { language, code: source, component, input = null, limits, grants } = activation.config;
  let overBudget: IceError | undefined;
  let calls = 0;
  const result = await activation.use(CodeSandbox).run({
    language,
    source,
    component,
    input,
    limits,
    grants,
    signal: activation.signal,
    runId: activation.runId,
    tenant: activation.run.store.tenant,
    callTool: async (name: string, args: JsonObject) => {
      try {
        calls += 1;
        return await callTool(keyedCaller(activation, `t${calls}`), name, args);
      } catch (error) {
        if (IceError.is(error) && error.code === "ICE_BUDGET_EXCEEDED") overBudget ??= error;
        throw error;
      }
    },
  });
  report(activation, result);
  // The budget stops the run even if the code catches the error.
  if (overBudget !== undefined) throw overBudget;
  if (!result.ok) throw toError(result.error);
  return result.output;
}

function report({ addUsage, emit }: CodeActivation, { ok, telemetry, logs, ...rest }: SandboxResult): void {
  const { fuel, hostCalls, peakMemoryBytes } = telemetry;
  addUsage({ fuel, hostCalls, peakMemoryBytes });
  emit("sandbox.executed", { ok, ...telemetry, logs: logs.map((line) => ({ ...line })) });
  if (!("error" in rest)) return;
  const { kind, message } = rest.error;
  const limit = limits.find((one) => one === kind);
  if (limit !== undefined) emit("sandbox.limitHit", { limit, message, fuel, peakMemoryBytes });
}

const limits = ["fuel", "memory", "timeout", "stack", "output"] as const satisfies readonly SandboxErrorKind[];

const outcomes = {
  fuel: ["ICE_SANDBOX_FUEL", "do less, or raise `limits.fuel` (the process owner sets the maximum)"],
  memory: [
    "ICE_SANDBOX_MEMORY",
    "hold less in memory at a time, or raise `limits.memoryMiB` (the process owner sets the maximum)",
  ],
  timeout: ["ICE_SANDBOX_TIMEOUT", "do less, or raise `limits.wallMs` (the process owner sets the maximum)"],
  stack: ["ICE_SANDBOX_STACK", "turn the recursion into a loop"],
  output: ["ICE_SANDBOX_OUTPUT", "return less, or raise `limits.outputBytes` (the process owner sets the maximum)"],
  denied: ["ICE_SANDBOX_DENIED", "grant it in `grants`, or remove it"],
  guest: ["ICE_SANDBOX_GUEST", "correct the code"],
  notJson: ["ICE_OUTPUT_NOT_JSON", "return null, booleans, finite numbers, strings, lists and plain objects"],
  cancelled: ["ICE_RUN_CANCELLED", "nothing: the execution was cancelled on request"],
} as const satisfies Record<SandboxErrorKind, readonly [IceErrorCode, string]>;

/** A time-out may be accidental, and an exception of the code may depend on a tool; every other error would occur again. */
const retryable: ReadonlySet<SandboxErrorKind> = new Set(["timeout", "guest"]);

function toError({ kind, message, fix }: { kind: SandboxErrorKind; message: string; fix?: string }): IceError {
  const [code, usualFix] = outcomes[kind];
  return new IceError(code, message, { fix: fix ?? usualFix, retryable: retryable.has(kind) });
}
