import type { SandboxRequest, SandboxResult } from "@ice/core";
import { onTestFinished } from "vitest";
import { createCodeSandbox, type CodeSandboxOptions } from "../src/index.ts";
import type { Execution } from "../src/lane/execution.ts";
import { defaultLimits } from "../src/pool/limits.ts";

/** A request to run JavaScript. */
export const js = (source: string, more: Partial<SandboxRequest> = {}): SandboxRequest => ({
  language: "javascript",
  source,
  ...more,
});

/** A sandbox that is closed at the end of the test. */
export function ownSandbox(options: CodeSandboxOptions): ReturnType<typeof createCodeSandbox> {
  const sandbox = createCodeSandbox(options);
  onTestFinished(() => sandbox.close());
  return sandbox;
}

/** The output, or the error. */
export const outputOf = (result: SandboxResult): unknown => (result.ok ? result.output : result.error);
export const kindOf = (result: SandboxResult): string => (result.ok ? "ok" : result.error.kind);

/** An execution as a worker gets it. */
export const executionOf = (
  language: Execution["language"],
  source: string,
  more: Partial<Execution> = {},
): Execution => ({
  language,
  source,
  input: "null",
  env: {},
  seed: 0,
  clock: 0,
  limits: defaultLimits,
  ...more,
});
