import { basename } from "node:path";
import { IceError } from "@ice/core";
import { meterModule } from "../metering/meter-module.ts";
import { malformed } from "../metering/binary.ts";
import { checkComponent } from "./check-component.ts";

/** A component that can be run: the code that joins its core modules, and the modules, metered. */
export interface PreparedComponent {
  readonly glue: string;
  readonly coreModules: ReadonlyMap<string, Uint8Array>;
  /** Pages that its memories have from the start. */
  readonly initialPages: number;
}

/** The entry of `@bytecodealliance/jco-transpile`, an optional peer. */
type Transpiler = Pick<typeof import("@bytecodealliance/jco-transpile"), "transpileBytes">;

/** What a component may import: WASI, which answers nothing. */
const allowedImport = /^wasi:(?:cli|clocks|filesystem|io|random)\//;

/**
 * Checks, transpiles and meters a component. Nothing of it is generated before its names are checked.
 *
 * @throws IceError `ICE_SANDBOX_DENIED` for a component that is refused, or when the transpiler is not installed.
 */
export async function prepareComponent(bytes: Uint8Array): Promise<PreparedComponent> {
  const checked = checkComponent(bytes);
  const { transpileBytes } = await loadTranspiler();
  const { files, imports, exports } = await transpileBytes(checked, {
    name: "component",
    instantiation: "sync",
    asyncMode: "sync",
    emitTypescriptDeclarations: false,
    wasiShim: false,
    noComponentErrorWrapping: true,
  }).catch((error: unknown) => {
    throw malformed(`it cannot be transpiled: ${String(error).slice(0, 200)}`);
  });
  const unknown = imports.find((name) => !allowedImport.test(name));
  if (unknown !== undefined) throw malformed(`it imports "${unknown}", which is not available`);
  if (!exports.some(([name, kind]) => name === "run" && kind === "function"))
    throw malformed("it exports no function `run: func(input: string) -> result<string, string>`");
  const coreModules = new Map<string, Uint8Array>();
  let glue = "";
  let initialPages = 0;
  for (const [path, content] of Object.entries(files)) {
    const name = basename(path);
    if (name === "component.js") glue = new TextDecoder().decode(content);
    if (!name.endsWith(".wasm")) continue;
    const metered = meterModule(content);
    initialPages += metered.initialPages;
    coreModules.set(name, metered.bytes);
  }
  return { glue, coreModules, initialPages };
}

async function loadTranspiler(): Promise<Transpiler> {
  try {
    return await import("@bytecodealliance/jco-transpile");
  } catch (cause) {
    throw new IceError("ICE_SANDBOX_DENIED", "Components need the package @bytecodealliance/jco-transpile.", {
      fix: "install it: npm install @bytecodealliance/jco-transpile@0.15",
      cause,
    });
  }
}
