import { IceError, messageOf } from "@ice/core";
import { oneLine } from "../terminal/printable.ts";

/** What keeps a server from continuing a run, in one line. */
export function problemLine(
  error: unknown,
  { tenant, runId }: { readonly tenant: string; readonly runId: string },
): string {
  const code = IceError.is(error) ? `${error.code}: ` : "";
  const about = runId === "" ? "runs cannot be continued" : `run "${runId}" of tenant "${tenant}" cannot be continued`;
  return `warning: ${oneLine(`${about}: ${code}${messageOf(error)}`, 500)}`;
}
