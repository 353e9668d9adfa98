import { IceError } from "@ice/core";

/** The RUN of a command line. @throws IceError `ICE_USAGE` when it is missing. */
export function runOperand(operand: string | undefined): string {
  if (operand === undefined) throw new IceError("ICE_USAGE", "Which run?", { fix: "see ice runs list" });
  return operand;
}
