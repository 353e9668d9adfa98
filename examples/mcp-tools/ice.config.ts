import { defineConfig } from "@ice/cli";

/** The server is started in this directory, at the first call of a tool. Its tools are pinned in ice.mcp.json. */
export default defineConfig({
  mcp: { servers: { city: { command: "node", args: ["city-server.mjs"], idempotent: ["temperature"] } } },
});
