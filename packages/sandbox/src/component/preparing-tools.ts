import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";

/** Files that decide what becomes of a component: those of this folder, the metering, the adapters. */
const folders = ["./", "../metering/", "../../preview1/"];

/**
 * What prepares components here, for the key of a cache: the version of the transpiler, and a hash of the files of this package
 * that check, adapt and meter. A change in any of them is another key, with nothing to remember.
 *
 * @throws Error when the transpiler is not installed.
 */
export async function preparingTools(): Promise<string> {
  const manifest = new URL("../package.json", import.meta.resolve("@bytecodealliance/jco-transpile"));
  const [manifestText, ...files] = await Promise.all([readFile(manifest, "utf8"), ...folders.map(readFolder)]);
  const hash = createHash("sha256");
  for (const [name, bytes] of files.flat()) hash.update(`${name}\n`).update(bytes);
  const { version } = JSON.parse(manifestText) as { version: string };
  return `jco-transpile ${version}\n${hash.digest("hex")}`;
}

async function readFolder(folder: string): Promise<(readonly [name: string, bytes: Uint8Array])[]> {
  const url = new URL(folder, import.meta.url);
  const names = (await readdir(url)).filter(
    (name) => /\.(?:js|ts|wasm)$/.test(name) && !/\.(?:test|d)\.ts$/.test(name),
  );
  return Promise.all(names.toSorted().map(async (name) => [name, await readFile(new URL(name, url))] as const));
}
