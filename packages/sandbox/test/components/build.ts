/**
 * Builds statistics.wasm from statistics.c: `node --conditions=@ice/source test/components/build.ts`, with clang and wasm-ld
 * in the path. The component is committed, so that the tests need neither.
 */
import { execFileSync } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { componentEmbed, componentNew } from "@bytecodealliance/jco-transpile/wasm-tools";

const here = import.meta.dirname;
const scratch = await mkdtemp(join(tmpdir(), "ice-component-"));
const core = join(scratch, "core.wasm");
execFileSync(process.env["CLANG"] ?? "clang", [
  "--target=wasm32",
  "-nostdlib",
  "-O2",
  "-Wl,--no-entry,--strip-all,-z,stack-size=65536",
  "-o",
  core,
  join(here, "statistics.c"),
]);
const embedded = await componentEmbed({
  binary: await readFile(core),
  witSource: await readFile(join(here, "wit/world.wit"), "utf8"),
  world: "code",
});
await writeFile(join(here, "statistics.wasm"), await componentNew(embedded));
await rm(scratch, { recursive: true });
