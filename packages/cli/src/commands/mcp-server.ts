import type { Readable } from "node:stream";
import { IceError, RunHost } from "@ice/core";
import type { CommandContext } from "../args/command.ts";
import { withIce, type IceContext } from "../config/start-ice.ts";
import { exitCodes } from "../output/exit-codes.ts";

/** How long runs may take to end after a signal; the next host continues the others. */
const drainMs = 10_000;

/**
 * Serves workflows to the MCP client that has started the command.
 *
 * @throws IceError `ICE_USAGE` at a terminal, and for a name that no tenant has.
 */
export async function serveClient(context: CommandContext): Promise<number> {
  const { stdin } = context.terminal;
  if (stdin === undefined || stdin.isTTY === true)
    throw new IceError("ICE_USAGE", "An MCP client starts `ice mcp` and speaks to it over standard input.", {
      fix: `add the command to the configuration of a client; to see the servers whose tools ice uses: ${context.commandLine("mcp", "list")}`,
    });
  // Standard output is for the protocol alone, whatever the configuration and its tools print.
  const { log, info, debug } = console;
  Object.assign(console, { log: console.error, info: console.error, debug: console.error });
  try {
    return await withIce(context, { serves: true }, (ice) => serve(ice, stdin));
  } finally {
    Object.assign(console, { log, info, debug });
  }
}

async function serve(
  { runtime, terminal, flags, version, serve: { mcp } = {} }: IceContext,
  input: Readable,
): Promise<number> {
  const { serveMcp } = await import("@ice/api");
  const host = runtime.use(RunHost);
  await host.open();
  const connection = await serveMcp(runtime, {
    ...mcp,
    input,
    tenant: flags.tenant,
    write: (text) => void terminal.stdout.write(text),
    version: version(),
    report: (line) => void (flags.quiet || terminal.stderr.write(`${line}\n`)),
  });
  let stopped = false;
  let unsubscribe = (): void => {};
  const interrupted = new Promise<void>((resolve) => {
    unsubscribe = terminal.onInterrupt(() => {
      stopped = true;
      resolve();
    });
  });
  await Promise.race([connection.ended, interrupted]);
  unsubscribe();
  // Calls have been answered when the input ends; what is left are runs that were continued.
  await host.drain(stopped ? drainMs : 0);
  await connection.close();
  return exitCodes.completed;
}
