/** A small MCP server over standard input and output: one tool, no network, no packages. */
import { createInterface } from "node:readline";

const degrees = { Oslo: -3, Rome: 14, Tokyo: 8 };
const temperature = {
  name: "temperature",
  description: "The temperature in a city: Oslo, Rome or Tokyo.",
  inputSchema: { type: "object", properties: { city: { type: "string" } }, required: ["city"] },
  outputSchema: {
    type: "object",
    properties: { city: { type: "string" }, celsius: { type: "number" } },
    required: ["city", "celsius"],
  },
};

function call({ arguments: { city } }) {
  if (!Object.hasOwn(degrees, city)) return { content: [{ type: "text", text: `no city "${city}"` }], isError: true };
  const structuredContent = { city, celsius: degrees[city] };
  return { content: [{ type: "text", text: JSON.stringify(structuredContent) }], structuredContent };
}

const answers = {
  initialize: ({ protocolVersion }) => ({
    protocolVersion,
    capabilities: { tools: {} },
    serverInfo: { name: "city", version: "1.0.0" },
  }),
  "tools/list": () => ({ tools: [temperature] }),
  "tools/call": call,
};

createInterface({ input: process.stdin }).on("line", (line) => {
  const { id, method, params } = JSON.parse(line);
  if (id !== undefined) console.log(JSON.stringify({ jsonrpc: "2.0", id, result: answers[method](params) }));
});
