/**
 * Answers questions about a document of this repository. With OPENAI_API_KEY, ANTHROPIC_API_KEY or GEMINI_API_KEY a model of that
 * provider answers; without one a mock does, which repeats what it was asked.
 */
import { fileURLToPath } from "node:url";
import { load } from "@ice/builder";
import { LanguageModelService } from "@ice/core";
import { models } from "@ice/llm";
import { initializeOrchestrator, Workflow } from "@ice/orchestrator";
import { toolPack } from "@ice/tools";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const { runtime, close } = await initializeOrchestrator({
  plugins: [toolPack(), models()],
  allow: { directory: root },
});
const [{ model }] = runtime.use(LanguageModelService).describe("default");
const { nodes, schemaVersion: _, ...fields } = load(`${root}/examples/document-assistant/document-assistant.yaml`);
const { status, output, usage, error } = await new Workflow(nodes, fields).execute(
  {},
  {
    onEvent({ type, path, data }) {
      if (type === "node.started") console.error(`  ${path} starts`);
      if (type === "node.completed") console.error(`✓ ${path} after ${data.durationMs} ms`);
    },
  },
);
await close();
if (status !== "completed") throw new Error(`${error?.code}: ${error?.message}`);

interface Report {
  readonly document: string;
  readonly chunks: number;
  readonly overview: string;
  readonly answers: readonly {
    readonly question: string;
    readonly answer: string;
    readonly citations: readonly { readonly chunk: number; readonly title: string }[];
  }[];
}
const { document, chunks, overview, answers } = output as unknown as Report;
const short = (text: string): string => (text.length > 300 ? `${text.slice(0, 300)}…` : text);
console.log(`${document}, ${chunks} chunks, read by ${model}\n\n${short(overview)}\n`);
for (const { question, answer, citations } of answers) {
  console.log(`${question}\n${short(answer)}`);
  console.log(`Sources: ${citations.map(({ chunk, title }) => `[${chunk}] ${title}`).join(", ")}\n`);
}
console.log(`${usage.llmCalls} calls, ${usage.totalTokens} tokens, $${usage.costUsd.toFixed(4)}`);
if (answers.some(({ citations }) => citations.length === 0)) throw new Error("an answer cites no chunk");
