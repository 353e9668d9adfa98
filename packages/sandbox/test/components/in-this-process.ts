import { prepareComponent } from "../../src/component/prepare-component.ts";
import { runComponent, type ComponentModule } from "../../src/component/process/run-component.ts";
import { loadWasiShim } from "../../src/lane/wasi.ts";
import { defaultLimits } from "../../src/pool/limits.ts";

/** What the process of a component does with an input, in this process. */
export async function inThisProcess(bytes: Uint8Array): Promise<(input: string, limits?: object) => unknown> {
  const { entry, glue, coreModules, initialPages } = await prepareComponent(bytes);
  const url = `data:text/javascript;base64,${Buffer.from(glue).toString("base64")}`;
  const component = {
    entry,
    module: (await import(/* @vite-ignore */ url)) as ComponentModule,
    coreModules: new Map([...coreModules].map(([name, core]) => [name, new WebAssembly.Module(core)] as const)),
    initialPages,
    shim: await loadWasiShim(import.meta.resolve("@bytecodealliance/preview2-shim")),
  };
  return (input, limits = {}) =>
    runComponent(
      component,
      { input, env: {}, clock: 0, limits: { ...defaultLimits, ...limits } },
      { now: () => 0, stopwatch: () => 0 },
    );
}
