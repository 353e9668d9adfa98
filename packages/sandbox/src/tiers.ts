/** A way to run code, and whether it works here. */
export interface SandboxTier {
  readonly tier: "thread" | "process";
  readonly runs: string;
  readonly available: boolean;
  /** What to do when it does not. */
  readonly fix?: string;
}

/** The tiers of this installation. No tier ever takes the place of another: what is not available is refused. */
export function sandboxTiers(): readonly SandboxTier[] {
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
  ];
}

function canResolve(name: string): boolean {
  try {
    return import.meta.resolve(name).length > 0;
  } catch {
    return false;
  }
}
