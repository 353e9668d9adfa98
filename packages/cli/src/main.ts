#!/usr/bin/env node
import { version } from "./version.ts";

const argv = process.argv.slice(2);
// What a tool left behind, deaf to its signal, does not keep the process: it ends when its output is out.
const end = (code: number): void => void process.stdout.write("", () => process.exit(code));

// Programs ask for the version before they start anything else: the engine is loaded only when something is to be done.
if (argv[0] === "--version" || argv[0] === "-v") process.stdout.write(`${version()}\n`);
else {
  const { reportError, runCli } = await import("./cli.ts");
  const { endlessWait, processTerminal } = await import("./terminal/process-terminal.ts");
  const terminal = processTerminal(process);
  // Emitted when nothing is left that could ever wake the process.
  process.once("beforeExit", () => end(reportError(endlessWait(), argv, terminal)));
  end(await runCli(argv, terminal));
}
