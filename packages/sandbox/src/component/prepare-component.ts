import { basename } from "node:path";
import { IceError } from "@ice/core";
import { meterModule } from "../metering/meter-module.ts";
import { malformed } from "../metering/binary.ts";
import { adaptModule, type ComponentMaker } from "./adapt-module.ts";
import { checkComponent, isCoreModule } from "./check-component.ts";
import { transpileOptions } from "./transpile-options.ts";

/** How a component is called: its function `run`, or `run` of `wasi:cli/run`, which reads and writes the standard streams. */
export type ComponentEntry = "function" | "command";

/** A component that can be run: the code that joins its core modules, and the modules, metered. */
export interface PreparedComponent {
  readonly entry: ComponentEntry;
  readonly glue: string;
  readonly coreModules: ReadonlyMap<string, Uint8Array>;
  /** Initial pages of its memories. */
  readonly initialPages: number;
}

/** The parts of `@bytecodealliance/jco-transpile`, an optional peer, that are used. */
type Transpiler = Pick<typeof import("@bytecodealliance/jco-transpile"), "transpileBytes"> & ComponentMaker;

/** What a component may import: WASI, without access to the host. */
const allowedImport = /^wasi:(?:cli|clocks|filesystem|io|random)\//;

/**
 * Checks, transpiles and meters a component; a core module for WASI preview 1 is converted to a component first. No code is generated
 * before the names in it are checked.
 *
 * @throws IceError `ICE_SANDBOX_DENIED` for a component that is refused, or when the transpiler is not installed.
 */
export async function prepareComponent(bytes: Uint8Array): Promise<PreparedComponent> {
  const { transpileBytes, componentNew } = await loadTranspiler();
  const checked = checkComponent(isCoreModule(bytes) ? await adaptModule(bytes, { componentNew }) : bytes);
  const { files, imports, exports } = await transpileBytes(checked, {
    name: "component",
    ...transpileOptions,
  }).catch((error: unknown) => {
    throw malformed(`it cannot be transpiled: ${String(error).slice(0, 200)}`);
  });
  const unknown = imports.find((name) => !allowedImport.test(name));
  if (unknown !== undefined) throw malformed(`it imports "${unknown}", which is not available`);
  const entry = entryOf(exports);
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
  return { entry, glue, coreModules, initialPages };
}

function entryOf(exports: readonly (readonly [name: string, kind: string])[]): ComponentEntry {
  if (exports.some(([name, kind]) => name === "run" && kind === "function")) return "function";
  if (exports.some(([name, kind]) => /^wasi:cli\/run@0\.2\.\d+$/.test(name) && kind === "instance")) return "command";
  throw malformed(
    "it exports neither a function `run: func(input: string) -> result<string, string>` nor `wasi:cli/run`",
  );
}

async function loadTranspiler(): Promise<Transpiler> {
  try {
    const [transpiler, tools] = await Promise.all([
      import("@bytecodealliance/jco-transpile"),
      import("@bytecodealliance/jco-transpile/wasm-tools"),
    ]);
    return { transpileBytes: transpiler.transpileBytes, componentNew: tools.componentNew };
  } catch (cause) {
    throw new IceError("ICE_SANDBOX_DENIED", "Components need the package @bytecodealliance/jco-transpile.", {
      fix: "install it: npm install @bytecodealliance/jco-transpile@0.15",
      cause,
    });
  }
}
