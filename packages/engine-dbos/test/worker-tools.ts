import { appendFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { defineAgent, defineTool, type Json, type JsonObject, type ToolDefinition } from "@ice/core";
import { z } from "zod";

/** One thing that a tool has done. */
export interface Step {
  readonly phase: "begin" | "end" | "abort";
  readonly at: number;
  readonly pid: number;
  readonly run: string;
  readonly path: string;
  readonly attempt: number;
  readonly key: string;
}

const args = z.object({
  ms: z.number().default(0),
  deaf: z.boolean().default(false),
  dies: z.boolean().default(false),
});

/** A tool that takes its time, and writes what it does to a file that processes share. */
export const workTool = (log: string): ToolDefinition =>
  defineTool({
    name: "work",
    sideEffects: "external",
    args,
    async run({ ms, deaf, dies }, context) {
      const { runId: run, path, attempt, idempotencyKey: key, signal } = context;
      const write = (phase: Step["phase"]): void => {
        const step: Step = { phase, at: Date.now(), pid: process.pid, run, path, attempt, key };
        appendFileSync(log, `${JSON.stringify(step)}\n`);
      };
      write("begin");
      if (dies) process.kill(process.pid, "SIGKILL");
      try {
        await delay(ms, undefined, deaf ? {} : { signal });
      } catch (error) {
        write("abort");
        throw error;
      }
      write("end");
      return { path, attempt, pid: process.pid };
    },
  });

/** An agent that returns which process it is in, and what it was asked before. */
const recallAgent = defineAgent({
  name: "recall",
  run: async ({ history }) => ({ pid: process.pid, heard: history.map(({ input }) => input) }),
});

/** An agent that works three times, with the arguments that it gets, and returns what that gave. */
const thriceAgent = defineAgent({
  name: "thrice",
  tools: ["work"],
  async run({ input, callTool }) {
    const results: Json[] = [];
    for (const key of ["k1", "k2", "k3"]) results.push(await callTool("work", input as JsonObject, { key }));
    return results;
  },
});

export const workAgents = [thriceAgent, recallAgent];
