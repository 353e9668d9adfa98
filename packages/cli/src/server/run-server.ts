import { createApi, startServer, type DevFiles } from "@ice/api";
import { AccessTokens, IceError, RunHost, Schedules } from "@ice/core";
import { isLoopback } from "../args/is-loopback.ts";
import type { IceContext } from "../config/start-ice.ts";
import { exitCodes } from "../output/exit-codes.ts";
import type { serverFlags } from "./server-flags.ts";
import { untilInterrupted } from "../terminal/until-interrupted.ts";

/**
 * Serves the API until the command is interrupted, and stops in order.
 *
 * @param dev - files that are being edited.
 * @throws IceError `ICE_USAGE`, `ICE_PORT_IN_USE`.
 */
export async function runServer(context: IceContext<typeof serverFlags>, dev?: DevFiles): Promise<number> {
  const { runtime, flags, terminal, paint, commandLine, serve: config = {} } = context;
  const { host: address = "127.0.0.1", port, allowHost: allowedHosts, allowOrigin: allowedOrigins } = flags;
  const tokens = await runtime.use(AccessTokens).list();
  if (!isLoopback(address) && tokens.length === 0)
    throw new IceError(
      "ICE_USAGE",
      `The server would listen on ${address}, but no one could use it: there is no access token.`,
      {
        fix: `create one first: ${commandLine("tokens", "create", "NAME", "--scope", "read")}`,
      },
    );
  const report = (line: string): void => void terminal.stderr.write(`${line}\n`);
  const api = createApi(runtime, {
    allowedHosts,
    allowedOrigins,
    limits: config.limits,
    dev,
    mcp: config.mcp,
    version: context.version(),
    report,
  });
  try {
    const server = await startServer(api, { host: address, port, limits: config.limits });
    const host = runtime.use(RunHost);
    await host.open({ recover: !flags.noRecover });
    const schedules = runtime.use(Schedules);
    await schedules.open();
    // One line, so that programs that start the server know when it is complete.
    if (flags.json) terminal.stdout.write(`${JSON.stringify({ url: server.url })}\n`);
    else if (!flags.quiet) {
      terminal.stderr.write(`${paint("green", "listening")} on ${server.url}\n`);
      if (tokens.length === 0)
        terminal.stderr.write(
          `no access token yet: ${commandLine("tokens", "create", "NAME", "--scope", "read", "--scope", "run")}\n`,
        );
    }
    await untilInterrupted(terminal);
    if (!flags.quiet && host.active > 0)
      terminal.stderr.write(`stopping: ${host.active} runs in progress have ${flags.drain} s to end\n`);
    schedules.close();
    await host.drain(flags.drain * 1000);
    api.endStreams();
    await server.close();
    return exitCodes.completed;
  } finally {
    api.close();
  }
}
