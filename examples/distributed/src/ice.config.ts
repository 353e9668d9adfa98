/** The configuration of every worker, and of the command that queues the run. */
import { appendFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { defineConfig } from "@ice/cli";
import { defineTool } from "@ice/core";
import { z } from "zod";

const ship = defineTool({
  name: "ship",
  description: "Hands a parcel over, and writes to the log of the example when it begins and when it has ended.",
  args: z.object({ parcel: z.number() }),
  async run({ parcel }, { path, attempt, signal }) {
    const write = (phase: string): void =>
      appendFileSync(process.env["SHIP_LOG"]!, `${JSON.stringify({ phase, pid: process.pid, path, attempt })}\n`);
    write("begin");
    await delay(300, undefined, { signal });
    write("end");
    return { parcel };
  },
});

export default defineConfig({ tools: [ship] });
