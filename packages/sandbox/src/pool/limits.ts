import type { SandboxLimits } from "@ice/core";

/** Limits when the owner sets none. */
export const defaultLimits: SandboxLimits = {
  fuel: 500_000_000,
  memoryMiB: 64,
  wallMs: 10_000,
  logBytes: 65_536,
  outputBytes: 1_048_576,
  hostCalls: 100,
};

/** What the owner sets, and the defaults of what is left out. */
export function ownerLimitsOf(set: Partial<SandboxLimits>): SandboxLimits {
  const names = Object.keys(defaultLimits) as (keyof SandboxLimits)[];
  return Object.fromEntries(names.map((name) => [name, set[name] ?? defaultLimits[name]])) as unknown as SandboxLimits;
}

/** What an execution may use: what it asks for, and no more than the owner allows. */
export function effectiveLimits<Limits extends { readonly [Key in keyof Limits]: number }>(
  owner: Limits,
  asked: { readonly [Key in keyof Limits]?: number | undefined } = {},
): Limits {
  const names = Object.keys(owner) as (keyof Limits)[];
  const lower = (asked: number | undefined, owner: number): number =>
    asked !== undefined && asked < owner ? asked : owner; // also of what is no number
  return Object.fromEntries(names.map((name) => [name, lower(asked[name], owner[name])])) as Limits;
}
