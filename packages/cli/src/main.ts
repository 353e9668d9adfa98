#!/usr/bin/env node
import { runCli } from "./cli.ts";
import { processTerminal } from "./process-terminal.ts";

const code = await runCli(process.argv.slice(2), processTerminal(process));
// What a tool left behind, deaf to its signal, does not keep the process: it ends when its output is out.
process.stdout.write("", () => process.exit(code));
