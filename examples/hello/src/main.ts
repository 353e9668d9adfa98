import { initializeOrchestrator, Workflow } from "@ice/orchestrator";

const { close } = await initializeOrchestrator();

const workflow = new Workflow(
  [
    { id: "hello", type: "tool", toolName: "echo", toolArgs: { msg: "hi" } },
    { id: "loud", type: "tool", toolName: "echo", toolArgs: { msg: "{{ upper(hello.msg) }}" } },
  ],
  { name: "hello", version: "0.1.0" },
);
workflow.validate();
const { output } = await workflow.execute();
console.log(output["loud"]);
await close();
