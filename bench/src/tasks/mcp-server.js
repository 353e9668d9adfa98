import { createInterface } from "node:readline";

// A server of the Model Context Protocol over stdio, with one tool that returns its argument.
const number = { type: "object", properties: { n: { type: "number" } }, required: ["n"] };
const tool = { name: "same", description: "Returns n.", inputSchema: number, outputSchema: number };
const answers = {
  initialize: ({ protocolVersion }) => ({
    protocolVersion,
    capabilities: { tools: {} },
    serverInfo: { name: "same", version: "1" },
  }),
  "tools/list": () => ({ tools: [tool] }),
  "tools/call": ({ arguments: { n } }) => ({ content: [], structuredContent: { n } }),
};

createInterface({ input: process.stdin }).on("line", (line) => {
  const { id, method, params } = JSON.parse(line);
  if (id !== undefined)
    process.stdout.write(`${JSON.stringify({ jsonrpc: "2.0", id, result: answers[method](params) })}\n`);
});
