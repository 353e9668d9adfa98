import { readFileSync } from "node:fs";
import { setImmediate as turn, setTimeout as sleep } from "node:timers/promises";
import { sandboxExecTool } from "../../src/index.ts";
import type { ToolContext } from "@ice/core";

// Starts a program that lasts, and is killed: when it runs; or `deaf N`, after N milliseconds in which it hears nothing of the jail;
// or `busy N`, after N milliseconds in which it does what it does. The last argument identifies the program: how long it sleeps.
const tool = sandboxExecTool({ programs: ["/bin/sleep"] });
void tool.run(
  { program: "sleep", args: [process.argv.at(-1)!], stdin: "", encoding: "utf8", okExitCodes: [0], limits: {} },
  {
    signal: new AbortController().signal,
  } as ToolContext,
);
const children = `/proc/self/task/${process.pid}/children`;
while (readFileSync(children, "utf8") === "") await turn();
const [how, ms] = process.argv.slice(2);
if (how === "deaf") Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, Number(ms));
else await sleep(Number(ms));
process.kill(process.pid, "SIGKILL");
