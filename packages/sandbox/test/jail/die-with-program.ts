import { readFileSync } from "node:fs";
import { setImmediate as turn, setTimeout as sleep } from "node:timers/promises";
import { sandboxExecTool } from "../../src/index.ts";
import type { ToolContext } from "@ice/core";

// Starts a program that lasts, and is killed: when it runs, or so many milliseconds after the jail was begun.
const tool = sandboxExecTool({ programs: ["/bin/sleep"] });
void tool.run({ program: "sleep", args: ["1000"], stdin: "", encoding: "utf8", okExitCodes: [0], limits: {} }, {
  signal: new AbortController().signal,
} as ToolContext);
const children = `/proc/self/task/${process.pid}/children`;
while (readFileSync(children, "utf8") === "") await turn();
const ms = process.argv[2];
if (ms === undefined) await sleep(300);
else Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, Number(ms)); // it hears nothing of the jail
process.kill(process.pid, "SIGKILL");
