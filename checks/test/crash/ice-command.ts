import { spawn } from "node:child_process";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import type { Place } from "./processes.ts";

const main = fileURLToPath(new URL("../../../packages/cli/src/main.ts", import.meta.url));

/** What Node is given to execute a command of `ice`. */
export const iceArguments = (argv: readonly string[]): readonly string[] => ["--conditions=@ice/source", main, ...argv];

/** How a command has ended. `document`: what it has printed as JSON. */
export interface Executed<Document> {
  readonly code: number | null;
  readonly document: Document;
  readonly stderr: string;
}

/** Executes a command of `ice` at a place, in a process of its own. */
export async function ice<Document>(place: Place, ...argv: readonly string[]): Promise<Executed<Document>> {
  const child = spawn(process.execPath, iceArguments([...argv, "--json", "--quiet"]), {
    cwd: place.directory,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const code = new Promise<number | null>((resolve) => child.on("close", resolve));
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return { code: await code, document: JSON.parse(stdout === "" ? "null" : stdout) as Document, stderr };
}
