import { readFile } from "node:fs/promises";
import { malformed } from "../metering/binary.ts";
import { checkModule } from "./check-component.ts";

/** The part of jco-transpile's bindings of wasm-tools that is used. */
export type ComponentMaker = Pick<typeof import("@bytecodealliance/jco-transpile/wasm-tools"), "componentNew">;

/** Name of the module from which modules import WASI preview 1. */
const preview1 = "wasi_snapshot_preview1";

/**
 * Converts a core module for WASI preview 1 to a component: a program (it exports `_start`) to one that exports `wasi:cli/run`,
 * a library to one of the type in its `component-type` section. Its names are checked first.
 *
 * @throws IceError `ICE_SANDBOX_DENIED`.
 */
export async function adaptModule(bytes: Uint8Array, { componentNew }: ComponentMaker): Promise<Uint8Array> {
  const checked = checkModule(bytes);
  const kind = (await exportsStart(checked)) ? "command" : "reactor";
  const adapter = await readFile(new URL(`../../preview1/${preview1}.${kind}.wasm`, import.meta.url));
  return componentNew(checked, [[preview1, adapter]]).catch((error: unknown) => {
    throw malformed(`it cannot be converted to a component: ${String(error).slice(0, 200)}`);
  });
}

async function exportsStart(bytes: Uint8Array): Promise<boolean> {
  const module = await WebAssembly.compile(bytes).catch((error: unknown) => {
    throw malformed(`it does not compile: ${String(error).slice(0, 200)}`);
  });
  return WebAssembly.Module.exports(module).some(({ name, kind }) => name === "_start" && kind === "function");
}
