#!/usr/bin/env node
import { isNodeTooOld, nodeTooOld } from "./config/node-version.ts";
import { version } from "./version.ts";

const argv = process.argv.slice(2);

/** Ends the process once its output is written, even if a tool that ignores its signal is still working. */
function end(code: number): void {
  // The error listener of the stream handles output that could not be written.
  process.stdout.write("", (error) => {
    if (!error) process.exit(code);
  });
}

async function main(): Promise<void> {
  const { reportError, runCli } = await import("./cli.ts");
  const { endlessWait, processTerminal } = await import("./process-terminal.ts");
  const terminal = processTerminal(process);
  // Emitted when no timer, connection or other event is left to wait for.
  process.once("beforeExit", () => end(reportError(endlessWait(), argv, terminal)));
  end(await runCli(argv, terminal));
}

// Old versions of Node can run this file and what it imports, but not the engine, which is therefore loaded only when it is
// needed. Programs ask for the version before they start anything else.
if (argv[0] === "--version" || argv[0] === "-v") process.stdout.write(`${version()}\n`);
else if (isNodeTooOld(process.versions.node)) {
  process.stderr.write(nodeTooOld(process.versions.node));
  process.exitCode = 1;
} else void main();
