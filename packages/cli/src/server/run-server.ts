import { existsSync } from "node:fs";
import { join, relative } from "node:path";
import { createApi, startServer, type DevFiles } from "@ice/api";
import { AccessTokens, IceError, RunHost, Schedules } from "@ice/core";
import { withoutCredentials } from "@ice/core/internal";
import { assetsFolder } from "@ice/studio";
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
  const { runtime, flags, terminal, commandLine, serve: config = {} } = context;
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
  const assets = builtPage();
  const report = (line: string): void => void terminal.stderr.write(`${line}\n`);
  const api = createApi(runtime, {
    allowedHosts,
    allowedOrigins,
    limits: config.limits,
    assets,
    dev,
    mcp: config.mcp,
    version: context.version(),
    storeAddress: shownStore(context.store.url, terminal.cwd),
    report,
  });
  try {
    const server = await startServer(api, { host: address, port, limits: config.limits });
    const host = runtime.use(RunHost);
    await host.open({ recover: !flags.noRecover });
    const schedules = runtime.use(Schedules);
    await schedules.open();
    const studio = assets === undefined ? undefined : `${server.url}/#once=${api.createLinkSecret()}`;
    announce(context, { url: server.url, studio, hasTokens: tokens.length > 0 });
    await untilInterrupted(terminal);
    if (!flags.quiet && host.active > 0)
      terminal.stderr.write(
        `stopping: ${host.active} ${host.active === 1 ? "run" : "runs"} in progress, at most ${flags.drain} s to end\n`,
      );
    schedules.close();
    await host.drain(flags.drain * 1000);
    api.endStreams();
    await server.close();
    return exitCodes.completed;
  } finally {
    api.close();
  }
}

interface Announcement {
  readonly url: string;
  /** Link to the page, for one use. */
  readonly studio: string | undefined;
  readonly hasTokens: boolean;
}

/** Says where the server listens, in one line with --json, so that programs that start the server know when it is complete. */
function announce(context: IceContext<typeof serverFlags>, { url, studio, hasTokens }: Announcement): void {
  const { flags, terminal, paint, commandLine } = context;
  if (flags.json) terminal.stdout.write(`${JSON.stringify({ url, studio })}\n`);
  if (flags.json || flags.quiet) return;
  terminal.stderr.write(`${paint("green", "listening")} on ${url}\n`);
  // The link makes its reader the owner: a log must not contain it.
  if (studio !== undefined && terminal.stderr.isTTY)
    terminal.stderr.write(`${paint("green", "open")} ${studio} (once, within 10 minutes)\n`);
  if (studio === undefined) terminal.stderr.write("no page: it is not built; in a clone of ice, run pnpm build\n");
  if (!hasTokens)
    terminal.stderr.write(
      `no access token yet: ${commandLine("tokens", "create", "NAME", "--scope", "read", "--scope", "run")}\n`,
    );
}

/** The address of the store without what is secret in it; a file as seen from the working directory. */
function shownStore(url: string, cwd: string): string {
  const path = /^sqlite:(.+)$/s.exec(url)?.[1];
  return path === undefined ? withoutCredentials(url) : `sqlite:${relative(cwd, path)}`;
}

/** The folder of the page; undefined in a checkout where it has not been built, which then has the API alone. */
function builtPage(): string | undefined {
  return existsSync(join(assetsFolder, "index.html")) ? assetsFolder : undefined;
}
