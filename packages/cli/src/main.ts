#!/usr/bin/env node
import { isNodeTooOld, nodeTooOld } from "./config/node-version.ts";
import { version } from "./version.ts";

const argv = process.argv.slice(2);

/** Ends the process when its output is out: what a tool left behind, deaf to its signal, does not keep it. */
function end(code: number): void {
  // What could not be written is the business of the listener for errors.
  process.stdout.write("", (error) => {
    if (!error) process.exit(code);
  });
}

async function main(): Promise<void> {
  const { reportError, runCli } = await import("./cli.ts");
  const { endlessWait, processTerminal } = await import("./process-terminal.ts");
  const terminal = processTerminal(process);
  // Emitted when nothing is left that could ever wake the process.
  process.once("beforeExit", () => end(reportError(endlessWait(), argv, terminal)));
  end(await runCli(argv, terminal));
}

// This file and what it imports are understood by old versions of Node, which the engine is not: it is loaded only when something
// is to be done, and programs ask for the version before they start anything else.
if (argv[0] === "--version" || argv[0] === "-v") process.stdout.write(`${version()}\n`);
else if (isNodeTooOld(process.versions.node)) {
  process.stderr.write(nodeTooOld(process.versions.node));
  process.exitCode = 1;
} else void main();
