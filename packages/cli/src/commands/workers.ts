import { RunStore } from "@ice/core";
import { defineCommand } from "../args/command.ts";
import { withIce } from "../config/start-ice.ts";
import { counted } from "../output/counted.ts";
import { exitCodes } from "../output/exit-codes.ts";
import { printJson } from "../output/print-json.ts";
import { shown } from "../terminal/printable.ts";

export const workersCommand = defineCommand({
  usage: ["workers"],
  summary: "List the living workers of a store on Postgres",
  maxOperands: 0,
  flags: {},
  examples: ["ice workers", "ice workers --json"],
  execute: (context) =>
    withIce(context, { opens: { atOnce: true } }, async ({ runtime, flags, terminal }) => {
      const { listWorkers } = await import("@ice/engine-dbos");
      const workers = await listWorkers(runtime.use(RunStore));
      if (flags.json) printJson(terminal, { workers });
      else if (workers.length === 0) terminal.stdout.write("no workers\n");
      for (const { id, host, pid, provides, runs, jobs } of flags.json ? [] : workers)
        terminal.stdout.write(
          `${shown(id)}  ${shown(host)}:${pid}  ${counted(runs, "run")}, ${counted(jobs, "job")}${provides.length === 0 ? "" : `  provides ${provides.join(", ")}`}\n`,
        );
      return exitCodes.completed;
    }),
});
