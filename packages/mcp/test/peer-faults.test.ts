import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { served, text } from "./served.ts";

/** Faults of other frameworks, by their issues; `docs/decisions/0029-faults-of-peers.md` lists them all. */

test("mastra#19862: a server whose restart failed is restarted by the next call", async () => {
  const tools = [
    { name: "t", result: text("alive") },
    { name: "die", act: { exit: 9 } },
  ];
  const { call, directory, events } = await served({ tools });
  const rewrite = (more: object) => writeFileSync(join(directory, "script.json"), JSON.stringify({ tools, ...more }));
  expect(await call("s.t")).toMatchObject({ text: "alive" });
  rewrite({ startup: { stderr: "no disk", exit: 3 } });
  await expect(call("s.die")).rejects.toMatchObject({ code: "ICE_MCP_UNAVAILABLE" });
  for (let attempt = 0; attempt < 3; attempt += 1)
    await expect(call("s.t")).rejects.toMatchObject({
      code: "ICE_MCP_UNAVAILABLE",
      retryable: true,
      message: expect.stringContaining("no disk"),
    });
  rewrite({});
  const again = await Promise.all([call("s.t"), call("s.t")]);
  expect(again).toMatchObject([{ text: "alive" }, { text: "alive" }]);
  expect(events.map(({ type }) => type)).toEqual(["mcp.connected", "mcp.disconnected", "mcp.connected"]);
});
