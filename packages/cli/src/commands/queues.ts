import { IceError, RunStore } from "@ice/core";
import { didYouMean, shorten } from "@ice/core/internal";
import { defineCommand } from "../args/command.ts";
import type { Flags } from "../args/flags.ts";
import { verbOf } from "../args/verbs.ts";
import { withIce, type IceContext } from "../config/start-ice.ts";
import { exitCodes } from "../output/exit-codes.ts";
import { printJson } from "../output/print-json.ts";
import { columns } from "../output/table.ts";
import { shown } from "../terminal/printable.ts";

const flags = {
  total: {
    type: "text",
    value: "N",
    verb: "set",
    help: "Entries that run at a time in all workers, or none: no limit",
  },
  perWorker: { type: "text", value: "N", verb: "set", help: "In one worker, or none" },
  perTenant: { type: "text", value: "N", verb: "set", help: "Of one tenant, or none" },
  rate: { type: "text", value: "N/SECONDS", verb: "set", help: "Entries that begin within a time: 10/60, or none" },
} as const satisfies Flags;

type QueuesContext = IceContext<typeof flags>;
type Verb = (context: QueuesContext, name: string | undefined) => Promise<number>;

const list: Verb = async ({ runtime, flags: { json }, terminal }) => {
  const { listQueues } = await import("@ice/engine-dbos");
  const queues = await listQueues(runtime.use(RunStore));
  if (json) {
    printJson(terminal, { queues });
    return exitCodes.completed;
  }
  const rows = queues.map(({ name, total, perWorker, perTenant, rate, queued, running }) => {
    const limits = Object.entries({ total, "per worker": perWorker, "per tenant": perTenant }).flatMap(
      ([what, limit]) => (limit === undefined ? [] : [`${limit} ${what}`]),
    );
    if (rate !== undefined) limits.push(`${rate.count} in ${rate.seconds} s`);
    return [shown(name), `${queued} queued, ${running} running`, limits.join("  ")];
  });
  terminal.stdout.write(`${columns(rows).join("\n")}\n`);
  return exitCodes.completed;
};

const set: Verb = async (context, name) => {
  const { runtime, flags: given } = context;
  const changes = {
    total: changeOf(given.total, countOf("--total")),
    perWorker: changeOf(given.perWorker, countOf("--per-worker")),
    perTenant: changeOf(given.perTenant, countOf("--per-tenant")),
    rate: changeOf(given.rate, rateOf),
  };
  if (name === undefined)
    throw new IceError("ICE_USAGE", "Which queue?", { fix: "write ice queues set gpu --total 3" });
  if (Object.values(changes).every((change) => change === undefined))
    throw new IceError("ICE_USAGE", `No limit of the queue "${shorten(name)}" is given.`, {
      fix: "add --total, --per-worker, --per-tenant or --rate, each with a number or none",
    });
  const { setQueue } = await import("@ice/engine-dbos");
  await setQueue(runtime.use(RunStore), name, changes);
  await noteUnused(context, name);
  return list(context, undefined);
};

/** Limits of a queue that no worker takes from mostly come from a misspelt name. */
async function noteUnused({ runtime, flags, terminal, paint }: QueuesContext, name: string): Promise<void> {
  if (flags.quiet || name === "runs") return;
  const { listTakenQueues } = await import("@ice/engine-dbos");
  const taken = await listTakenQueues(runtime.use(RunStore)).catch(() => undefined);
  if (taken === undefined || taken.has(name)) return;
  const meant = didYouMean(name, ["runs", ...taken]);
  terminal.stderr.write(
    `${paint("yellow", "!")} no worker takes from the queue ${shown(name)} now${meant === "" ? "" : `; ${meant}`}\n`,
  );
}

/** `none` removes a limit; see `QueueChanges`. */
function changeOf<Limit>(text: string | undefined, read: (text: string) => Limit): Limit | null | undefined {
  if (text === undefined) return undefined;
  return text === "none" ? null : read(text);
}

const countOf = (flag: string) => (text: string) => {
  if (/^[1-9]\d{0,14}$/.test(text)) return Number(text);
  throw new IceError("ICE_USAGE", `${flag} is a whole number above 0, or none.`, {
    fix: `write ${flag} 3, or ${flag} none to remove the limit`,
  });
};

function rateOf(text: string): { readonly count: number; readonly seconds: number } {
  const [, count, seconds] = /^([1-9]\d{0,8})\/([1-9]\d{0,6}(?:\.\d{1,3})?)$/.exec(text) ?? [];
  if (count !== undefined && seconds !== undefined) return { count: Number(count), seconds: Number(seconds) };
  throw new IceError("ICE_USAGE", "--rate is a number of entries and a number of seconds.", {
    fix: "write --rate 10/60, or --rate none to remove the limit",
  });
}

const verbs: Readonly<Record<string, Verb>> = { list, set };

export const queuesCommand = defineCommand({
  usage: ["queues list", "queues set NAME"],
  summary: "Show and limit the queues of a store on Postgres",
  details:
    "`runs` is the queue of runs, and is limited per worker and per tenant. Others are named by what nodes require: gpu, browser+gpu. A change holds for all workers at once; `none` removes a limit.",
  maxOperands: 2,
  flags,
  examples: [
    "ice queues list",
    "ice queues set gpu --total 3 --rate 10/60",
    "ice queues set gpu --total none",
    "ice queues set runs --per-tenant 20",
  ],
  execute(context) {
    const [name = "list", operand] = context.operands;
    const verb = verbOf("queues", verbs, name, "use list, or set NAME");
    return withIce(context, { opens: { atOnce: true } }, (ice) => verb(ice, operand));
  },
});
