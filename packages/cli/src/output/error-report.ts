import { IceError, messageOf } from "@ice/core";
import { hideCredentials } from "@ice/core/internal";
import type { CommandLine } from "../args/command-line.ts";
import { oneLine, shown } from "../terminal/printable.ts";
import type { Paint } from "../terminal/terminal.ts";

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
  return {
    error: {
      code: error.code,
      message: hideCredentials(error.message),
      ...(error.fix === undefined ? {} : { fix: hideCredentials(fixOf(error, commandLine)) }),
    },
  };
}

/**
 * A fix whose commands can be pasted. The engine does not know the command line: a service that its fix names becomes a command.
 * Commands in a fix get the store and the configuration of this command line.
 */
function fixOf({ fix = "", details: { runId } }: IceError, commandLine: CommandLine): string {
  return fix
    .replace(/ with WorkflowExecutionService\.list\(\)$/, () => `: ${commandLine("runs", "list")}`)
    .replace(/ with WorkflowExecutionService\.show\(\)$/, (all) =>
      typeof runId === "string" ? `: ${commandLine("runs", "show", runId)}` : all,
    )
    .replace(/\bice runs list$/, () => commandLine("runs", "list"));
}
