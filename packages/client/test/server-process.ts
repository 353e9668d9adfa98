import { createApi, startServer } from "@ice/api";
import { AccessTokens, createRuntime, defineTool, RunHost } from "@ice/core";
import { initializeOrchestrator } from "@ice/orchestrator";
import { z } from "zod";

// A server in a process of its own, which a test kills: STORE PORT. Writes `{ url, token }` in one line once it listens.

const [store = "", port = "0"] = process.argv.slice(2);
const step = defineTool({
  name: "step",
  args: z.object({ ms: z.number() }),
  sideEffects: "none",
  async run({ ms }) {
    await new Promise((resolve) => setTimeout(resolve, ms));
    return { ms };
  },
});
const runtime = createRuntime();
await initializeOrchestrator({ runtime, tools: [step], store });
const api = createApi(runtime);
const server = await startServer(api, { port: Number(port) });
await runtime.use(RunHost).open();
const { token } = await runtime.use(AccessTokens).create({ name: "kim", scopes: ["read", "run", "author"] });
process.stdout.write(`${JSON.stringify({ url: server.url, token })}\n`);
