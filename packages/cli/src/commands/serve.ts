import { existsSync } from "node:fs";
import { join } from "node:path";
import { AccessTokens, IceError, RunHost, Schedules } from "@ice/core";
import { defineCommand } from "../args/command.ts";
import type { Flags } from "../args/flags.ts";
import { isLoopback } from "../args/is-loopback.ts";
import { withIce, type IceContext } from "../config/start-ice.ts";
import { exitCodes } from "../output/exit-codes.ts";
import { untilInterrupted } from "../terminal/until-interrupted.ts";

const flags = {
  port: { type: "number", value: "PORT", whole: true, zero: true, default: 4747, help: "Port; 0 for any that is free" },
  host: { type: "text", value: "HOST", help: "Address to listen on (default 127.0.0.1)" },
  allowHost: {
    type: "text",
    value: "NAME",
    multiple: true,
    help: "Name of a host under which the server is reached, without port",
  },
  allowOrigin: { type: "text", value: "URL", multiple: true, help: "Origin of pages that may use the API" },
  drain: {
    type: "number",
    value: "SECONDS",
    zero: true,
    default: 10,
    help: "How long runs may take to end when the server stops; the next server continues the others",
  },
  noRecover: { type: "boolean", help: "Leave runs that were interrupted before the start" },
} as const satisfies Flags;

export const serveCommand = defineCommand({
  usage: ["serve"],
  summary: "Serve runs, their events and approvals over HTTP",
  details:
    "Clients need an access token: `ice tokens create`. The server continues its runs after a restart, when they are answered or signalled, and at the time that they wait for. Ctrl-C stops it once its runs have ended or the time of --drain is over; the second one stops it at once.",
  maxOperands: 0,
  flags,
  examples: ["ice serve", "ice serve --host 0.0.0.0 --allow-host ice.example.com --store sqlite:/var/lib/ice/ice.db"],
  execute: (context) => withIce(context, { serves: true }, serve),
});

async function serve(context: IceContext<typeof flags>): Promise<number> {
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
  const [{ createApi, startServer }, assets] = await Promise.all([import("@ice/api"), builtPage()]);
  const report = (line: string): void => void terminal.stderr.write(`${line}\n`);
  const api = createApi(runtime, {
    allowedHosts,
    allowedOrigins,
    limits: config.limits,
    assets,
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
    const studio = assets === undefined ? undefined : `${server.url}/#once=${api.createLinkSecret()}`;
    if (flags.json) terminal.stdout.write(`${JSON.stringify({ url: server.url, studio })}\n`);
    else if (!flags.quiet) {
      terminal.stderr.write(`${paint("green", "listening")} on ${server.url}\n`);
      // The link makes its reader the owner: a log must not contain it.
      if (studio !== undefined && terminal.stderr.isTTY)
        terminal.stderr.write(`${paint("green", "open")} ${studio} (once, within 10 minutes)\n`);
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

/** The folder of the page; undefined in a checkout where it has not been built, which then has the API alone. */
async function builtPage(): Promise<string | undefined> {
  const { assetsFolder } = await import("@ice/studio");
  return existsSync(join(assetsFolder, "index.html")) ? assetsFolder : undefined;
}
