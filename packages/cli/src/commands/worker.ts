import { IceError } from "@ice/core";
import { defineCommand } from "../args/command.ts";
import { withIce } from "../config/start-ice.ts";
import { workerFlags } from "../server/worker-flags.ts";

export const workerCommand = defineCommand({
  usage: ["worker"],
  summary: "Execute the runs in the queue of a store on Postgres",
  details:
    "Any number of workers on any machines share a store. Ctrl-C stops it: it takes nothing new, nodes in flight end, and the runs go on elsewhere; the second one stops it at once.",
  maxOperands: 0,
  flags: workerFlags,
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
    return withIce(context, { serves: true, isShared: true, opens }, (ice) => runWorker(ice, names));
  },
});
