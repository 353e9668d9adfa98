import { setTimeout as sleep } from "node:timers/promises";
import { sandboxExecTool } from "../../src/index.ts";
import type { ToolContext } from "@ice/core";

// Starts a program that lasts, and is killed.
const tool = sandboxExecTool({ programs: ["/bin/sleep"] });
void tool.run({ program: "sleep", args: ["1000"], stdin: "", encoding: "utf8", okExitCodes: [0], limits: {} }, {
  signal: new AbortController().signal,
} as ToolContext);
await sleep(300);
process.kill(process.pid, "SIGKILL");
