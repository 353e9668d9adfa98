import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { transpileBytes } from "@bytecodealliance/jco-transpile";
import { componentize } from "componentize-qjs";
import { transpileOptions } from "../src/component/transpile-options.ts";

const here = new URL("./", import.meta.url);

/** QuickJS and guest.js as core modules before metering, and the code that joins them, by file name. */
export async function buildEngine(): Promise<Map<string, Uint8Array>> {
  const { component } = await componentize({
    witPath: new URL("wit", here).pathname,
    jsSource: await readFile(new URL("guest.js", here), "utf8"),
    sync: true,
  });
  const { files } = await transpileBytes(component, {
    name: "guest",
    ...transpileOptions,
  });
  const built = new Map<string, Uint8Array>();
  for (const [path, bytes] of Object.entries(files)) {
    const name = basename(path);
    built.set(name, name.endsWith(".wasm") ? bytes : trimGlue(bytes));
  }
  return built;
}

/**
 * The code that joins the modules, without what costs a fifth of a short turn and is not needed here: a stack of its own for
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
