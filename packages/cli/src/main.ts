#!/usr/bin/env node
import { version } from "./version.ts";

const argv = process.argv.slice(2);

// Programs ask for the version before they start anything else: the engine is loaded only when something is to be done.
if (argv[0] === "--version" || argv[0] === "-v") process.stdout.write(`${version()}\n`);
else {
  const { runCli } = await import("./cli.ts");
  const { processTerminal } = await import("./process-terminal.ts");
  const code = await runCli(argv, processTerminal(process));
  // What a tool left behind, deaf to its signal, does not keep the process: it ends when its output is out.
  process.stdout.write("", () => process.exit(code));
}
