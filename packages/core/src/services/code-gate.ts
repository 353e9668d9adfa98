/** Name of the environment variable with which the owner of the process disables code. */
export const codeGate = "ICE_ENABLE_WASM";

/**
 * Whether code may run: if `ICE_ENABLE_WASM` is unset, or is exactly `1` or `true`. Every other value, including the empty one
 * and `TRUE`, disables it, so that a typing error never enables code.
 */
export function isCodeEnabled(env: Readonly<Record<string, string | undefined>>): boolean {
  const value = env[codeGate];
  return value === undefined || value === "1" || value === "true";
}
