import { messageOf } from "./ice-error.ts";

/**
 * What the system says of a failed operation: "EACCES: permission denied" of "EACCES: permission denied, open '/srv/a'". The path is
 * left out, because it is the resolved one, which a run need not know.
 */
export function systemReason(error: unknown): string {
  const [reason = ""] = messageOf(error).split(", ", 1);
  return reason;
}
