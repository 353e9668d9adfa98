import { createRuntime } from "@ice/core";
import { initializeOrchestrator, Workflow } from "@ice/orchestrator";

// Loads ice, runs one node, and prints the most memory that this took, in KB.
const { runtime, close } = await initializeOrchestrator({ runtime: createRuntime() });
const nodes = [{ id: "hello", type: "tool", toolName: "echo", toolArgs: { text: "hello" } }];
const { status } = await new Workflow(nodes, { name: "hello", runtime }).execute();
if (status !== "completed") throw new Error(`the run ${status}`);
await close();
console.log(process.resourceUsage().maxRSS);
