/** Name of the environment variable with which the owner of the process switches code off. */
export const codeGate = "ICE_ENABLE_WASM";

/**
 * Whether code may run: when `ICE_ENABLE_WASM` is not set, or is exactly `1` or `true`. Every other value, the empty one and
 * `TRUE` included, switches it off, so that a slip in the value never leaves code on.
 */
export function isCodeEnabled(env: Readonly<Record<string, string | undefined>>): boolean {
  const value = env[codeGate];
  return value === undefined || value === "1" || value === "true";
}
