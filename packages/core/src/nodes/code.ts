import { z } from "zod";
import { jsonValueSchema } from "../json/value-schemas.ts";
import { CodeSandbox } from "../services/code-sandbox.ts";
import { defineNode } from "./define-node.ts";

const limitsSchema = z.strictObject({
  fuel: z.int().min(1).optional().describe("Units of work. Default 500,000,000, about 2 s."),
  memoryMiB: z.number().positive().optional().describe("Memory, in MiB. Default 64."),
  wallMs: z.int().min(1).optional().describe("Wall-clock time, in milliseconds. Default 10,000."),
  logBytes: z
    .int()
    .min(0)
    .optional()
    .describe("Maximum size of the log, in bytes; the rest is dropped. Default 65,536."),
  outputBytes: z
    .int()
    .min(0)
    .optional()
    .describe("Maximum size of the result as JSON, and of one host call, in bytes. Default 1 MiB."),
  hostCalls: z
    .int()
    .min(0)
    .optional()
    .describe("Maximum number of host calls: granted tools, file operations, HTTP requests. Default 100."),
});

const grantsSchema = z.strictObject({
  tools: z.array(z.string().min(1)).optional().describe("Names of the tools that the code may call. Default none."),
  env: z
    .record(
      z.string().regex(/^[^=\0]+$/, "the name of an environment variable contains neither = nor NUL"),
      z.string().regex(/^[^\0]*$/, "the value of an environment variable contains no NUL"),
    )
    .optional()
    .describe("Environment variables. Default none."),
  files: z
    .record(
      z.string().regex(/^\//, "a guest path begins with /"),
      z.strictObject({
        dir: z.string().min(1).describe("Directory of the host, inside one that the process owner allows."),
        readonly: z.boolean().optional().describe("Whether the code may only read. Default true."),
      }),
    )
    .optional()
    .describe("Guest path → { dir, readonly }. Default none."),
  http: z
    .strictObject({ allow: z.array(z.string().min(1)) })
    .optional()
    .describe("Hosts that the code may reach, out of those that the process owner allows. Default none."),
  clock: z
    .union([z.literal("real"), z.number()])
    .optional()
    .describe("`real`, or a fixed time in epoch milliseconds. Default 0."),
  seed: z.int().optional().describe("Seed of random numbers. Default 0."),
});

export const codeNode = defineNode({
  type: "code",
  description: "Runs untrusted code in a WebAssembly sandbox, with hard limits and only the permissions granted to it.",
  config: z.object({
    language: z
      .enum(["javascript", "typescript", "python", "component"])
      .describe("Language of `code`, or `component`."),
    code: z
      .string()
      .optional()
      .describe("Body of a function (async, but in Python); `input` is in scope; `return` a JSON value."),
    component: z.string().min(1).optional().describe("Path or sha256 of a registered WebAssembly component."),
    input: jsonValueSchema.optional().describe("Value of `input` in the code; templates allowed. Default null."),
    limits: limitsSchema.optional().describe("Limits lower than the owner's; a higher one is reduced to the owner's."),
    grants: grantsSchema.optional().describe("What the code may access. Default nothing."),
  }),
  declares: jsonValueSchema.describe("What the code returns."),
  usesAtMost: { llmCalls: 0, totalTokens: 0, costUsd: 0 },
  needs: [CodeSandbox],
  fields: { input: { syntax: "template" } },
  refine: (node) => {
    const wanted = node.language === "component" ? "component" : "code";
    const other = wanted === "code" ? "component" : "code";
    if (node[wanted] === undefined)
      return [{ field: wanted, message: `language \`${node.language}\` needs \`${wanted}\`` }];
    return node[other] === undefined
      ? []
      : [{ field: other, message: `\`${other}\` cannot be used with language \`${node.language}\`` }];
  },
  uses: (node) => {
    const tools = node.grants?.tools ?? [];
    return { tools: tools.map((name, index) => ({ name, keys: ["grants", "tools", index] })) };
  },
});
