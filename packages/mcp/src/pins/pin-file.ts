import { existsSync } from "node:fs";
import { rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { IceError, jsonObjectSchema, messageOf } from "@ice/core";
import { firstProblemOf } from "@ice/core/internal";
import { readRegularFileSync } from "@ice/host";
import { z } from "zod";
import { hashOf, type PinnedServer } from "./pinned-tool.ts";

/** Name of the file, in the directory where commands run. */
const pinFileName = "ice.mcp.json";

const maxBytes = 64 * 1024 * 1024;

/** Servers by id. */
export type Pins = ReadonlyMap<string, PinnedServer>;

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
 * The servers that the owner has trusted, with their tools; empty if there is no file.
 *
 * @throws IceError `ICE_MCP_UNTRUSTED` for a file that cannot be read, has another form, or holds tools that do not match their hashes.
 */
export function readPins(directory: string): Pins {
  const file = join(directory, pinFileName);
  if (!existsSync(file)) return new Map();
  try {
    const content: unknown = JSON.parse(
      Buffer.from(readRegularFileSync(file, { maxBytes, path: pinFileName })).toString(),
    );
    const { data, error } = pinFile.safeParse(content);
    if (data === undefined) throw damaged(firstProblemOf(error, pinFile, content), error);
    for (const [id, { tools }] of Object.entries(data.servers))
      for (const one of tools)
        if (hashOf(one) !== one.sha256) throw damaged(`the tool "${id}.${one.name}" does not match its hash`);
    return new Map(Object.entries(data.servers));
  } catch (error) {
    throw IceError.is(error) && error.code === "ICE_MCP_UNTRUSTED" ? error : damaged(messageOf(error), error);
  }
}

/** Replaces the file in one step. @throws IceError `ICE_FILE_DENIED` if the system does not permit it, with the file. */
export async function writePins(directory: string, servers: Pins): Promise<void> {
  const file = join(directory, pinFileName);
  const sorted = Object.fromEntries([...servers].toSorted(([a], [b]) => (a < b ? -1 : 1)));
  const draft = join(directory, `.${pinFileName}.${process.pid}`); // names with a dot are closed to tools, like the file itself
  try {
    await writeFile(draft, `${JSON.stringify({ version: 1, servers: sorted }, undefined, 2)}\n`);
    await rename(draft, file);
  } catch (cause) {
    await rm(draft, { force: true }).catch(() => {}); // the first error says more
    throw new IceError("ICE_FILE_DENIED", `The pinned tools cannot be written to ${file}: ${messageOf(cause)}.`, {
      fix: "make the directory writable, or free some space",
      details: { file },
      cause,
    });
  }
}

/** Without the directory: a blueprint that names a tool of a server has this as an issue. */
const damaged = (problem: string, cause?: unknown): IceError =>
  new IceError(
    "ICE_MCP_UNTRUSTED",
    `The pinned tools in ${pinFileName} cannot be used: ${problem.replace(/\.$/, "")}.`,
    {
      fix: "restore the file, or pin the tools of all servers again: ice mcp trust",
      details: { file: pinFileName },
      cause,
    },
  );
