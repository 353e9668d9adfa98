/**
 * Makes `prebuilt/` from the sources beside this file: QuickJS and guest.js as one component, the component as core modules and
 * the code that joins them, the modules metered. `--check` compares instead of writing.
 *
 * The result is the same everywhere but for the seeds that the snapshot of the engine's memory holds: the tool draws them from
 * the operating system and has no option for it. They are data, a few dozen bytes of it; code and size must be equal.
 */
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { basename } from "node:path";
import { transpileBytes } from "@bytecodealliance/jco-transpile";
import { componentize } from "componentize-qjs";
import { BinaryReader } from "../src/metering/binary.ts";
import { meterModule } from "../src/metering/meter-module.ts";

const here = new URL("./", import.meta.url);
const target = new URL("../prebuilt/", import.meta.url);

/** The module that holds the memory of the started engine. */
const snapshotModule = "guest.core.wasm";
const mostSeedBytes = 512;

const { component } = await componentize({
  witPath: new URL("wit", here).pathname,
  jsSource: await readFile(new URL("guest.js", here), "utf8"),
  sync: true,
});
const { files } = await transpileBytes(component, {
  name: "guest",
  instantiation: "sync",
  asyncMode: "sync",
  emitTypescriptDeclarations: false,
  wasiShim: false,
  noComponentErrorWrapping: true,
  minify: true,
});
const built = new Map<string, Uint8Array>();
for (const [path, bytes] of Object.entries(files)) {
  const name = basename(path);
  built.set(name, name.endsWith(".wasm") ? meterModule(bytes, { restorable: true }).bytes : trimGlue(bytes));
}

if (process.argv.includes("--check")) {
  const present = await readdir(target);
  const stale: string[] = [...built.keys()].filter((name) => !present.includes(name));
  for (const name of present) if (!(await isEqual(name, built.get(name)))) stale.push(name);
  if (stale.length > 0) {
    console.error(`prebuilt/ is not what its sources give: ${stale.join(", ")}\nfix: pnpm --filter @ice/sandbox guest`);
    process.exitCode = 1;
  }
} else {
  await rm(target, { recursive: true, force: true });
  await mkdir(target, { recursive: true });
  for (const [name, bytes] of built) await writeFile(new URL(name, target), bytes);
  console.log([...built].map(([name, bytes]) => `${name} ${bytes.length}`).join("\n"));
}

/**
 * The code that joins the modules, without what costs a fifth of a short turn and serves nobody here: a stack of its own for
 * every call (nothing that the guest calls ever suspends it), and debugging.
 */
function trimGlue(bytes: Uint8Array): Uint8Array {
  const trims = [
    ["WebAssembly.promising(", "("],
    ["globalThis?.process?.env?.JCO_DEBUG", "false"],
  ] as const;
  let glue = new TextDecoder().decode(bytes);
  for (const [from, to] of trims) {
    if (!glue.includes(from)) throw new Error(`the generated code has no "${from}" any more: see what took its place`);
    glue = glue.replaceAll(from, to);
  }
  return new TextEncoder().encode(glue);
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
  return seeds <= mostSeedBytes;
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
