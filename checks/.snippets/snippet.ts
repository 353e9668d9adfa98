import { initializeOrchestrator, Workflow } from "@ice/orchestrator";
import { toolPack } from "@ice/tools";

const { close } = await initializeOrchestrator({
  plugins: [toolPack({ roots: ["../../examples/seller-assistant/data"] })],
});
const workflow = new Workflow(
  [
    { id: "rows", type: "tool", toolName: "csv_read", toolArgs: { path: "inventory.csv" } },
    {
      id: "kinds",
      type: "tool",
      toolName: "aggregate",
      toolArgs: {
        items: "{{ rows.items }}",
        groupBy: ["category"],
        measures: { items: { op: "count" }, stock: { op: "sum", field: "stock" } },
      },
    },
  ],
  { name: "stock" },
);
const { output, error } = await workflow.execute();
console.log(error ?? output);
await close();
