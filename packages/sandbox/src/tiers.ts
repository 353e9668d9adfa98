import { IceError, messageOf } from "@ice/core";
import { findJail } from "./jail/find-jail.ts";
import { defaultJailLimits } from "./jail/jail-limits.ts";
import { runInJail } from "./jail/jail.ts";

/** A way to run code, and whether it works here. */
export interface SandboxTier {
  readonly tier: "thread" | "process" | "jail";
  readonly runs: string;
  readonly available: boolean;
  /** What to do when it does not. */
  readonly fix?: string;
}

/**
 * The tiers of this installation; the jail is tried. No tier ever takes the place of another: what is not available is refused.
 */
export async function sandboxTiers(): Promise<readonly SandboxTier[]> {
  const transpiler = canResolve("@bytecodealliance/jco-transpile");
  const python = canResolve("@ice/sandbox-python");
  return [
    { tier: "thread", runs: "JavaScript and TypeScript", available: canResolve("@bytecodealliance/preview2-shim") },
    {
      tier: "thread",
      runs: "Python",
      available: python,
      ...(python ? {} : { fix: "npm install @ice/sandbox-python" }),
    },
    {
      tier: "process",
      runs: "registered WebAssembly components",
      available: transpiler,
      ...(transpiler ? {} : { fix: "npm install @bytecodealliance/jco-transpile@0.15" }),
    },
    { tier: "jail", runs: "native programs", ...(await tryJail()) },
  ];
}

function canResolve(name: string): boolean {
  try {
    return import.meta.resolve(name).length > 0;
  } catch {
    return false;
  }
}

async function tryJail(): Promise<{ readonly available: boolean; readonly fix?: string }> {
  try {
    const parts = await findJail();
    const limits = defaultJailLimits;
    const signal = new AbortController().signal;
    // prlimit is a program that is certainly there.
    const program = { program: parts.prlimit, target: parts.prlimit, args: ["--version"], stdin: new Uint8Array() };
    await runInJail(parts, { ...program, readable: {}, limits, signal });
    return { available: true };
  } catch (error) {
    return {
      available: false,
      fix: IceError.is(error) ? `${error.message} ${error.fix ?? ""}`.trim() : messageOf(error),
    };
  }
}
