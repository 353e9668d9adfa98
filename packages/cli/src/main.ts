#!/usr/bin/env node
import { text } from "node:stream/consumers";
import { askPerson } from "./ask-person.ts";
import { runCli } from "./cli.ts";
import { exitCodes } from "./exit-codes.ts";

// A reader that closes the pipe (`ice … | head`) ends the process quietly.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(0);
  throw error;
});

const exitCode = await runCli(process.argv.slice(2), {
  cwd: process.cwd(),
  env: process.env,
  stdout: process.stdout,
  stderr: process.stderr,
  readStdin: () => text(process.stdin),
  ...(process.stdin.isTTY && process.stderr.isTTY && { ask: askPerson }),
  onInterrupt(callback) {
    const signals = ["SIGINT", "SIGTERM"] as const;
    for (const signal of signals) process.on(signal, callback);
    return () => {
      for (const signal of signals) process.off(signal, callback);
    };
  },
});
// An executor that does not look at its signal must not keep an interrupted process.
if (exitCode === exitCodes.interrupted) process.exit(exitCode);
process.exitCode = exitCode;
