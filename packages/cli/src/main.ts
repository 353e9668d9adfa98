#!/usr/bin/env node
import { processTerminal } from "./process-terminal.ts";
import { version } from "./version.ts";

const argv = process.argv.slice(2);
const terminal = processTerminal(process);

// Programs ask for the version before they start anything else: the engine is loaded only when something is to be done.
if (argv[0] === "--version" || argv[0] === "-v") terminal.stdout.write(`${version()}\n`);
else {
  const { runCli } = await import("./cli.ts");
  const code = await runCli(argv, terminal);
  // What a tool left behind, deaf to its signal, does not keep the process: it ends when its output is out.
  process.stdout.write("", () => process.exit(code));
}
