// Running code
export { createCodeSandbox, type ClosableCodeSandbox, type CodeSandboxOptions } from "./create-code-sandbox.ts";
export type { HttpTimes } from "./host/granted-http.ts";
export { defaultLimits } from "./pool/limits.ts";
// Running native programs
export { sandboxExec, sandboxExecTool, type SandboxExecOptions } from "./jail/sandbox-exec.ts";
export { defaultJailLimits, type JailLimits } from "./jail/jail-limits.ts";
// What works here
export { sandboxTiers, type SandboxTier } from "./tiers.ts";
