/** A process that ships three parcels, or goes on where an earlier one stopped: node shop.ts FOLDER. It may be killed at any time. */
import { appendFileSync } from "node:fs";
import { join } from "node:path";
import { createRuntime, defineTool, IceError, WorkflowExecutionService } from "@ice/core";
import { initializeOrchestrator, Workflow } from "@ice/orchestrator";
import { z } from "zod";

const folder = process.argv[2] ?? ".";

const ship = defineTool({
  name: "ship",
  description: "Hands a parcel over: an effect that cannot be taken back.",
  args: z.object({ parcel: z.string() }),
  async run({ parcel }, { attempt, idempotencyKey }) {
    await new Promise((resolve) => setTimeout(resolve, 300));
    // A service that keeps the keys it has seen would ship a repeated parcel once only.
    appendFileSync(join(folder, "shipped.log"), `${parcel} attempt ${attempt} key ${idempotencyKey.slice(0, 8)}\n`);
    return { parcel };
  },
});

const runtime = createRuntime();
const { close } = await initializeOrchestrator({ runtime, tools: [ship], store: `sqlite:${join(folder, "ice.db")}` });
const workflow = new Workflow(
  [
    { id: "first", type: "tool", toolName: "ship", toolArgs: { parcel: "first" } },
    { id: "second", type: "tool", toolName: "ship", toolArgs: { parcel: "second" }, dependencies: ["first"] },
    { id: "third", type: "tool", toolName: "ship", toolArgs: { parcel: "third" }, dependencies: ["second"] },
  ],
  { name: "shop", runtime },
);
const result = await workflow.execute({}, { runId: "order-1" }).catch((error: unknown) => {
  if (IceError.is(error) && error.code === "ICE_RUN_EXISTS")
    return runtime.use(WorkflowExecutionService).resume("order-1");
  throw error;
});
console.log(
  `${result.status}: ${Object.entries(result.nodes)
    .map(([path, { attempts }]) => `${path} ×${attempts}`)
    .join(", ")}`,
);
await close();
