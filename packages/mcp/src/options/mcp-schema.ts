import { z } from "zod";
import type { McpServerOptions } from "./mcp-options.ts";

const text = z.string().min(1);
const texts = z.record(text, z.string()).optional();
const seconds = z.number().positive().max(86_400).optional();

const server = {
  command: text.optional().describe("a program that speaks MCP over standard input and output: npx"),
  args: z.array(z.string()).optional().describe("the arguments of the command: a list of strings; default none"),
  env: texts.describe("the environment of the command besides PATH; a value may hold `secret://NAME`; default none"),
  cwd: text.optional().describe("the directory in which the command runs; default that of ice"),
  url: z
    .url({ protocol: /^https?$/, error: "must be an address with http:// or https://" })
    .optional()
    .describe("the address of a server over HTTP: https://example.com/mcp"),
  headers: texts.describe("headers of each request; a value may hold `secret://NAME`"),
  timeoutSeconds: seconds.describe("maximum seconds of a call; default 60, with `url` at most 300"),
  connectSeconds: seconds.describe("maximum seconds until the server is ready; default 10, with `url` at most 300"),
  maxResultBytes: z
    .number()
    .int()
    .min(1)
    .max(2 ** 30)
    .optional()
    .describe("maximum bytes of a result; default 1 MiB"),
  idempotent: z
    .array(text)
    .optional()
    .describe("names of tools that may be called again without another effect; default none"),
} satisfies Readonly<Record<keyof McpServerOptions, z.ZodType>>;

/** Schema of `mcp` in a configuration. A description says what to give a field; it is part of fixes. */
export const mcpSchema = z.strictObject({
  servers: z.record(z.string(), z.strictObject(server)).optional().describe("an object with MCP servers by id"),
});
