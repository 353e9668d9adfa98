import { IceError } from "@ice/core";
import { defineCommand } from "../args/command.ts";
import type { Flags } from "../args/flags.ts";
import { withIce } from "../config/start-ice.ts";

const flags = {
  provides: {
    type: "text",
    value: "NAMES",
    help: "What nodes can require of it, separated by commas: gpu,browser (default nothing)",
  },
  slots: {
    type: "number",
    whole: true,
    zero: true,
    value: "N",
    help: "Runs at a time (default 10, with --provides 0)",
  },
  jobs: { type: "number", whole: true, value: "N", default: 10, help: "Nodes of other runs at a time" },
  lease: {
    type: "number",
    value: "SECONDS",
    default: 10,
    help: "How long it is taken for alive without a sign of life",
  },
  drain: {
    type: "number",
    zero: true,
    value: "SECONDS",
    default: 30,
    help: "How long nodes may take to end when it is stopped",
  },
} as const satisfies Flags;

export const workerCommand = defineCommand({
  usage: ["worker"],
  summary: "Execute the runs in the queue of a store on Postgres",
  details:
    "Any number of workers on any machines share a store. Ctrl-C stops it: it takes nothing new, nodes in flight end, and the runs go on elsewhere; the second one stops it at once.",
  maxOperands: 0,
  flags,
  examples: ["ice worker", "ice worker --provides gpu --jobs 2"],
  async execute(context) {
    const { provides = "", slots, lease } = context.flags;
    const names = provides === "" ? [] : provides.split(",").map((name) => name.trim());
    if (slots === 0 && names.length === 0)
      throw new IceError("ICE_USAGE", "A worker without slots that provides nothing has nothing to do.", {
        fix: "remove --slots 0, or say what it --provides",
      });
    const { runWorker } = await import("../server/run-worker.ts");
    const opens = { atOnce: true, leaseMs: lease * 1000 };
    return withIce(context, { serves: true, opens }, (ice) => runWorker(ice, names));
  },
});

export type WorkerFlags = typeof flags;
