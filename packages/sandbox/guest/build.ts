/**
 * Makes `prebuilt/` from the sources beside this file: QuickJS and guest.js as one component, the component as core modules and
 * the code that joins them, the modules metered. `--check` compares instead of writing.
 *
 * The result is the same everywhere but for the seeds that the snapshot of the engine's memory holds: the tool draws them from
 * the operating system and has no option for it. They are data, a few dozen bytes of it; code and size must be equal.
 */
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { BinaryReader } from "../src/metering/binary.ts";
import { meterModule } from "../src/metering/meter-module.ts";
import { buildEngine } from "./engine.ts";

const target = new URL("../prebuilt/", import.meta.url);

/** The module that holds the memory of the started engine. */
const snapshotModule = "guest.core.wasm";
const maxSeedBytes = 512;

/** Rarely a build lays the snapshot out in another way; one of so many is as the sources say. */
const maxBuilds = 3;

if (process.argv.includes("--check")) {
  let stale = await staleFiles(await build());
  for (let builds = 1; builds < maxBuilds && stale.length > 0; builds += 1) stale = await staleFiles(await build());
  if (stale.length > 0) {
    console.error(`prebuilt/ is not what its sources give: ${stale.join(", ")}\nfix: pnpm --filter @ice/sandbox guest`);
    process.exitCode = 1;
  }
} else {
  const built = await build();
  await rm(target, { recursive: true, force: true });
  await mkdir(target, { recursive: true });
  for (const [name, bytes] of built) await writeFile(new URL(name, target), bytes);
  console.log([...built].map(([name, bytes]) => `${name} ${bytes.length}`).join("\n"));
}

async function build(): Promise<Map<string, Uint8Array>> {
  const built = new Map<string, Uint8Array>();
  for (const [name, bytes] of await buildEngine())
    built.set(name, name.endsWith(".wasm") ? meterModule(bytes, { restorable: true }).bytes : bytes);
  return built;
}

/** Names of files that are not in `prebuilt/` as they were built, or that nothing builds. */
async function staleFiles(built: ReadonlyMap<string, Uint8Array>): Promise<string[]> {
  const present = await readdir(target);
  const stale = [...built.keys()].filter((name) => !present.includes(name));
  for (const name of present) if (!(await isEqual(name, built.get(name)))) stale.push(name);
  return stale;
}

async function isEqual(name: string, fresh: Uint8Array | undefined): Promise<boolean> {
  const committed = await readFile(new URL(name, target));
  if (fresh === undefined || fresh.length !== committed.length) return false;
  const firstData = name === snapshotModule ? dataSectionOf(fresh) : fresh.length;
  let seeds = 0;
  for (const [index, byte] of fresh.entries())
    if (byte !== committed[index]) {
      if (index < firstData) return false;
      seeds += 1;
    }
  return seeds <= maxSeedBytes;
}

/** Where the data of a module begins: its last section. */
function dataSectionOf(bytes: Uint8Array): number {
  const reader = new BinaryReader(bytes, 8);
  while (!reader.done) {
    if (reader.byte() === 11) return reader.at;
    reader.skip(reader.u32());
  }
  return bytes.length;
}
