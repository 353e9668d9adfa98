/** Three agents work on one question, two others find a title. Without a key of a provider, mocks repeat what they are asked. */
import { fileURLToPath } from "node:url";
import { load } from "@ice/builder";
import { models } from "@ice/llm";
import { initializeOrchestrator, Workflow } from "@ice/orchestrator";
import { toolPack } from "@ice/tools";
import config from "../ice.config.ts";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const { close } = await initializeOrchestrator({
  agents: config.agents,
  plugins: [toolPack(), models(config.models)],
  allow: { directory: root },
});
const { nodes, schemaVersion: _, ...fields } = load(`${root}/examples/research-swarm/research.yaml`);
const { status, output, usage, error } = await new Workflow(nodes, fields).execute();
await close();
if (status !== "completed") throw new Error(`${error?.code}: ${error?.message}`);

const { title, result, said } = output as unknown as Record<"title" | "result", string> & { said: readonly string[] };
const short = (text: string): string => (text.length > 300 ? `${text.slice(0, 300)}…` : text);
console.log(`${said.join("\n")}\n\n${short(title)}\n\n${short(result)}\n`);
console.log(`${usage.llmCalls} calls, ${usage.totalTokens} tokens, $${usage.costUsd.toFixed(4)}`);
