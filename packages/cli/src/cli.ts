import { IceError } from "@ice/core";
import { didYouMean, hideCredentials } from "@ice/core/internal";
import { parseArguments } from "./args/arguments.ts";
import { commandLineLike, type GlobalOptions } from "./args/command-line.ts";
import { commandContext, type Command } from "./args/command.ts";
import { devCommand } from "./commands/dev.ts";
import { doctorCommand } from "./commands/doctor.ts";
import { explainCommand } from "./commands/explain.ts";
import { graphCommand } from "./commands/graph.ts";
import { modelsCommand } from "./commands/models.ts";
import { mcpCommand } from "./commands/mcp.ts";
import { networkCommand } from "./commands/network.ts";
import { nodesCommand, schemaCommand, toolsCommand } from "./commands/registry.ts";
import { respondCommand } from "./commands/respond.ts";
import { resumeCommand } from "./commands/resume.ts";
import { runCommand } from "./commands/run.ts";
import { signalCommand } from "./commands/signal.ts";
import { runsCommand } from "./commands/runs.ts";
import { serveCommand } from "./commands/serve.ts";
import { tokensCommand } from "./commands/tokens.ts";
import { queuesCommand } from "./commands/queues.ts";
import { workerCommand } from "./commands/worker.ts";
import { workersCommand } from "./commands/workers.ts";
import { validateCommand } from "./commands/validate.ts";
import { describe, type CommandLineDescription } from "./output/describe-commands.ts";
import { errorDocument, errorReport } from "./output/error-report.ts";
import { exitCodeOfError, exitCodes } from "./output/exit-codes.ts";
import { commandHelp, overview } from "./output/help.ts";
import { printJson } from "./output/print-json.ts";
import { printable } from "./terminal/printable.ts";
import { painterFor, type Terminal } from "./terminal/terminal.ts";
import { version } from "./version.ts";

/** Every command by its name, in the order of `ice --help`. */
const commands: Readonly<Record<string, Command>> = {
  run: runCommand,
  resume: resumeCommand,
  respond: respondCommand,
  signal: signalCommand,
  runs: runsCommand,
  explain: explainCommand,
  validate: validateCommand,
  graph: graphCommand,
  network: networkCommand,
  nodes: nodesCommand,
  tools: toolsCommand,
  models: modelsCommand,
  mcp: mcpCommand,
  serve: serveCommand,
  dev: devCommand,
  worker: workerCommand,
  workers: workersCommand,
  queues: queuesCommand,
  tokens: tokensCommand,
  schema: schemaCommand,
  doctor: doctorCommand,
};

/** Everything that `--help` shows, as data: for documentation, or completion in a shell. */
export const describeCommands = (): CommandLineDescription => describe(commands);

const noOptions: GlobalOptions = { store: undefined, tenant: undefined, config: undefined, noConfig: false };

/** `help run` is `run --help`. */
const forHelp = (argv: readonly string[]): readonly string[] =>
  argv[0] === "help" && argv[1] !== undefined ? [argv[1], "--help"] : argv;

/** Runs one command line and returns the exit code. Everything it prints goes through `terminal`. */
export async function runCli(argv: readonly string[], terminal: Terminal): Promise<number> {
  let flags: GlobalOptions = noOptions;
  try {
    const [name, ...rest] = forHelp(argv);
    if (name === undefined || name === "--help" || name === "-h" || name === "help") {
      terminal.stdout.write(overview(describeCommands()));
      return exitCodes.completed;
    }
    if (name === "--version" || name === "-v") {
      terminal.stdout.write(`${version()}\n`);
      return exitCodes.completed;
    }
    const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
    if (command === undefined)
      throw new IceError("ICE_USAGE", `There is no command "${name}".`, {
        fix: name.startsWith("-")
          ? "write the command first and its options after it; see ice --help"
          : didYouMean(name, Object.keys(commands)) || "see ice --help",
      });
    const args = parseArguments(rest, command);
    flags = args.flags;
    if (args.flags.help) {
      terminal.stdout.write(commandHelp(describeCommands(), name));
      return exitCodes.completed;
    }
    return await command.execute(commandContext(args, terminal, version));
  } catch (error) {
    return reportError(error, argv, terminal, flags);
  }
}

/** Characters of a stack trace; its message may be as long as what it is about. */
const maxStackLength = 20_000;

/** Prints an error that leaves nothing else to report. Returns the exit code. */
export function reportError(
  error: unknown,
  argv: readonly string[],
  terminal: Terminal,
  flags: GlobalOptions = noOptions,
): number {
  const commandLine = commandLineLike(terminal, flags);
  const paint = painterFor(terminal, terminal.stderr, argv.includes("--no-color"));
  if (argv.includes("--json")) printJson(terminal, errorDocument(error, commandLine));
  else terminal.stderr.write(errorReport(error, commandLine, paint));
  if (["1", "true"].includes(terminal.env["ICE_DEBUG"] ?? "") && error instanceof Error)
    terminal.stderr.write(`${printable(hideCredentials((error.stack ?? "").slice(0, maxStackLength)))}\n`);
  return exitCodeOfError(error);
}
