import { IceError, messageOf } from "@ice/core";
import { hideCredentials } from "@ice/core/internal";
import type { CommandLine } from "../args/command-line.ts";
import { oneLine, shown } from "../terminal/printable.ts";
import type { Paint } from "../terminal/terminal.ts";
import { fixWithCommands } from "./fix-with-commands.ts";

/** An error before a run exists, as text. */
export function errorReport(error: unknown, commandLine: CommandLine, paint: Paint): string {
  const { code, message, fix } = errorDocument(error, commandLine).error;
  return `${paint("red", "error")} ${paint("bold", shown(code))}  ${oneLine(message)}\n${fix === undefined ? "" : `${paint("cyan", "fix:")} ${oneLine(fix)}\n`}`;
}

/** The same as a JSON document. A message may repeat a password from the command line, which is hidden. */
export function errorDocument(
  error: unknown,
  commandLine: CommandLine,
): {
  readonly error: { readonly code: string; readonly message: string; readonly fix?: string };
} {
  if (!IceError.is(error))
    return {
      error: {
        code: "ICE_INTERNAL",
        message: `ice has a bug: ${hideCredentials(messageOf(error))}`,
        fix: "report it with the command and the blueprint; ICE_DEBUG=1 shows the stack",
      },
    };
  const { code, message, details } = error;
  const fix = fixWithCommands({ code, fix: error.fix, runId: details["runId"] }, commandLine);
  return {
    error: { code, message: hideCredentials(message), ...(fix !== undefined && { fix: hideCredentials(fix) }) },
  };
}
