import { createClient } from "@ice/client";
import { IceError } from "@ice/core";
import type { CommandContext } from "../args/command.ts";
import { optionName, type CommonFlags } from "../args/flags.ts";
import type { RunServices } from "../config/run-services.ts";
import { FollowedRuns } from "./followed-runs.ts";
import { onlyHere } from "./only-here.ts";
import { remoteNetworks } from "./remote-networks.ts";
import { remoteRuns } from "./remote-runs.ts";
import { remoteTasks } from "./remote-tasks.ts";
import { remoteWorkflows } from "./remote-workflows.ts";
import { summaryOf } from "./summary-of.ts";

const useThere = "use it where the store is, without --api";

/** Flags that a server does not know, and what to do. */
const onlyAtStores: Readonly<Record<string, string>> = {
  noCache: "remove it, or use it where the store is, without --api",
  due: "remove it: the server continues its runs when they are due",
};

/** Flags of every command that the server of `--api`, or the token for it, stands for. */
const decidedThere = {
  store: "the server has its own",
  config: "the server has its own",
  tenant: "the access token belongs to a tenant",
} as const satisfies Partial<Record<keyof CommonFlags, string>>;

/** The services of a server. Nothing is sent yet. */
export function connect({ flags, terminal }: CommandContext, api: string): RunServices {
  const url = addressOf(api);
  for (const [name, why] of Object.entries(decidedThere))
    if (flags[name as keyof typeof decidedThere] !== undefined)
      throw new IceError("ICE_USAGE", `--api and --${name} exclude each other: ${why}.`, {
        fix: `remove --${name}, or --api`,
      });
  const given: Readonly<Record<string, unknown>> = flags;
  for (const [name, fix] of Object.entries(onlyAtStores))
    if (given[name] === true) onlyHere(`--${optionName(name)}`, fix);
  const client = createClient({ url, token: tokenIn(terminal.env) });
  const followed = new FollowedRuns(client.runs);
  return {
    runs: remoteRuns(client, followed),
    networks: remoteNetworks(client.runs, followed),
    tasks: remoteTasks(client, followed),
    store: {
      durable: true,
      get url() {
        return onlyHere("ice runs backup", useThere);
      },
      summary: (runId) => summaryOf(client.runs, runId),
      collect: () => onlyHere("ice runs gc", useThere),
    },
    workflows: remoteWorkflows(client, followed),
    limits: {},
  };
}

/** @throws IceError `ICE_USAGE`. */
function addressOf(api: string): string {
  const url = URL.canParse(api) ? new URL(api) : undefined;
  const isAddress = url !== undefined && /^https?:$/.test(url.protocol) && `${url.search}${url.hash}` === "";
  if (isAddress && url.username === "" && url.password === "") return url.href;
  throw new IceError("ICE_USAGE", "--api needs the address of a server.", {
    fix: "write --api http://127.0.0.1:4747; the access token is read from ICE_TOKEN",
  });
}

/** @throws IceError `ICE_AUTH_REQUIRED`, `ICE_AUTH_INVALID`. */
function tokenIn(env: Readonly<Record<string, string | undefined>>): string {
  const token = env["ICE_TOKEN"]?.trim() ?? "";
  if (token === "") throw new IceError("ICE_AUTH_REQUIRED", "--api takes an access token, and ICE_TOKEN has none.");
  if (/^[\x21-\x7e]+$/.test(token)) return token;
  throw new IceError("ICE_AUTH_INVALID", "What ICE_TOKEN has is no access token.");
}
