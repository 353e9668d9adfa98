import { sandboxExecTool } from "../../src/index.ts";
import { leakedDescriptors } from "../../src/jail/leaked-descriptors.ts";
import type { ToolContext } from "@ice/core";

// Prints which descriptors above the standard ones this process inherited, and where they lead for a program in the jail.
const tool = sandboxExecTool({ programs: ["/bin/sh"] });
const list = "for fd in /proc/self/fd/*; do echo ${fd##*/} $(readlink $fd); done";
const { stdout } = await tool.run(
  { program: "sh", args: ["-c", list], stdin: "", encoding: "utf8", okExitCodes: [0], limits: {} },
  { signal: new AbortController().signal } as ToolContext,
);
const leads = new Map(stdout.split("\n").map((line) => line.split(" ") as [string, string]));
const inherited = leakedDescriptors(3).filter((descriptor) => descriptor < 100);
console.log(
  JSON.stringify({ inherited, inJail: Object.fromEntries(inherited.map((fd) => [fd, leads.get(String(fd))])) }),
);
