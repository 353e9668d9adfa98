#!/usr/bin/env node
import { text } from "node:stream/consumers";
import { version } from "./version.ts";

// A reader that closes the pipe (`ice … | head`) ends the process quietly.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(0);
  throw error;
});

const argv = process.argv.slice(2);

// Programs ask for the version before they start anything else: the engine is loaded only when something is to be done.
if (argv[0] === "--version" || argv[0] === "-v") process.stdout.write(`${version()}\n`);
else {
  const { runCli } = await import("./cli.ts");
  process.exitCode = await runCli(argv, {
    cwd: process.cwd(),
    env: process.env,
    stdout: process.stdout,
    stderr: process.stderr,
    readStdin: () => text(process.stdin),
    onInterrupt(callback) {
      const signals = ["SIGINT", "SIGTERM"] as const;
      for (const signal of signals) process.on(signal, callback);
      return () => {
        for (const signal of signals) process.off(signal, callback);
      };
    },
  });
}
