/**
 * Builds what the tests run: `node --conditions=@ice/source test/components/build.ts`, with clang, wasm-ld, wasi-libc and its
 * compiler-rt (Debian: clang lld wasi-libc libclang-rt-14-dev-wasm32). The results are committed, so that the tests need none
 * of them.
 *
 * statistics.c → statistics.wasm, a component, and statistics.module.wasm, the module with its component type that was made one;
 * program.c → program.wasm, a module for WASI preview 1, and program.component.wasm, the component that exports `wasi:cli/run`.
 */
import { execFileSync } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { componentEmbed, componentNew } from "@bytecodealliance/jco-transpile/wasm-tools";
import { adaptModule } from "../../src/component/adapt-module.ts";

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
await writeFile(join(here, "statistics.module.wasm"), embedded);
await writeFile(join(here, "statistics.wasm"), await componentNew(embedded));
execFileSync(process.env["CLANG"] ?? "clang", [
  "--target=wasm32-wasi",
  "-O2",
  "-Wl,--strip-all",
  "-o",
  join(here, "program.wasm"),
  join(here, "program.c"),
]);
const program = await adaptModule(await readFile(join(here, "program.wasm")), { componentNew });
await writeFile(join(here, "program.component.wasm"), program);
await rm(scratch, { recursive: true });
