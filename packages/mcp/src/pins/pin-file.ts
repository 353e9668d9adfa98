import { readFileSync } from "node:fs";
import { rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { IceError, jsonObjectSchema, messageOf } from "@ice/core";
import { z } from "zod";
import { hashOf, type PinnedServer } from "./pinned-tool.ts";

/** Name of the file, in the directory of the configuration. */
const pinFileName = "ice.mcp.json";

export type Pins = Readonly<Record<string, PinnedServer>>;

const tool = z.strictObject({
  name: z.string(),
  description: z.string(),
  inputSchema: jsonObjectSchema,
  outputSchema: jsonObjectSchema.optional(),
  sha256: z.string(),
});

const pinFile = z.strictObject({
  version: z.literal(1),
  servers: z.record(z.string(), z.strictObject({ protocol: z.string(), tools: z.array(tool) })),
});

/**
 * The servers that the owner has trusted, with their tools; none when there is no file.
 *
 * @throws IceError `ICE_MCP_UNTRUSTED` for a file that is none, or whose tools are not those that their hashes name.
 */
export function readPins(directory: string): Pins {
  const file = join(directory, pinFileName);
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return {};
    throw damaged(file, messageOf(error), error);
  }
  try {
    const { servers } = pinFile.parse(JSON.parse(text));
    for (const [id, { tools }] of Object.entries(servers))
      for (const one of tools)
        if (hashOf(one) !== one.sha256) throw new Error(`the tool "${id}.${one.name}" is not the one of its hash`);
    return servers;
  } catch (error) {
    throw damaged(file, error instanceof z.ZodError ? "it has another form" : messageOf(error), error);
  }
}

/** Replaces the file in one step. */
export async function writePins(directory: string, servers: Pins): Promise<void> {
  const file = join(directory, pinFileName);
  const sorted = Object.fromEntries(Object.entries(servers).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  const temporary = `${file}.${process.pid}.tmp`;
  await writeFile(temporary, `${JSON.stringify({ version: 1, servers: sorted }, undefined, 2)}\n`);
  await rename(temporary, file);
}

const damaged = (file: string, problem: string, cause: unknown): IceError =>
  new IceError("ICE_MCP_UNTRUSTED", `The pinned tools in ${file} cannot be used: ${problem}.`, {
    fix: "restore the file, or remove it and write it again: ice mcp trust",
    cause,
  });
