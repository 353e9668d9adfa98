import type { SandboxLimits, SandboxRequest } from "@ice/core";

/** Limits when the owner sets none. */
export const defaultLimits: SandboxLimits = {
  fuel: 500_000_000,
  memoryMiB: 64,
  wallMs: 10_000,
  logBytes: 65_536,
  outputBytes: 1_048_576,
  hostCalls: 100,
};

/** What an execution may use: what it asks for, and no more than the owner allows. */
export function effectiveLimits(owner: SandboxLimits, asked: SandboxRequest["limits"] = {}): SandboxLimits {
  const lower = (key: keyof SandboxLimits): number => Math.min(owner[key], asked[key] ?? owner[key]);
  return {
    fuel: lower("fuel"),
    memoryMiB: lower("memoryMiB"),
    wallMs: lower("wallMs"),
    logBytes: lower("logBytes"),
    outputBytes: lower("outputBytes"),
    hostCalls: lower("hostCalls"),
  };
}
