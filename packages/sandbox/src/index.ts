// Running code
export { createCodeSandbox, type ClosableCodeSandbox, type CodeSandboxOptions } from "./create-code-sandbox.ts";
export { defaultLimits } from "./limits.ts";
// What works here
export { sandboxTiers, type SandboxTier } from "./tiers.ts";
