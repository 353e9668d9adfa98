import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";

/** Files of this package that determine the result of preparing a component, and of an interpreter. */
const folders = {
  component: ["./", "../component/", "../metering/", "../../preview1/"],
  python: ["./", "../python/", "../metering/", "../../python/"],
} as const;

/**
 * Identifies the tools that prepare components, for cache keys: the version of the transpiler, and a hash of the files of this package
 * that check, adapt and meter. A change in any of them changes the key automatically.
 *
 * @throws Error when the transpiler is not installed.
 */
export async function componentTools(): Promise<string> {
  const manifest = new URL("../package.json", import.meta.resolve("@bytecodealliance/jco-transpile"));
  const { version } = JSON.parse(await readFile(manifest, "utf8")) as { version: string };
  return `jco-transpile ${version}\n${await hashOf(folders.component)}`;
}

/** Identifies the tools that prepare the Python interpreter. */
export const pythonTools = (): Promise<string> => hashOf(folders.python);

async function hashOf(names: readonly string[]): Promise<string> {
  const files = await Promise.all(names.map(readFolder));
  const hash = createHash("sha256");
  for (const [name, bytes] of files.flat()) hash.update(`${name}\n`).update(bytes);
  return hash.digest("hex");
}

async function readFolder(folder: string): Promise<(readonly [name: string, bytes: Uint8Array])[]> {
  const url = new URL(folder, import.meta.url);
  const names = (await readdir(url)).filter(
    (name) => /\.(?:js|ts|wasm|py)$/.test(name) && !/\.(?:test|d)\.ts$/.test(name),
  );
  return Promise.all(names.toSorted().map(async (name) => [name, await readFile(new URL(name, url))] as const));
}
