import { loadWasiShim } from "../../lane/wasi.ts";
import type { FromProcess, ToProcess } from "./messages.ts";
import { runComponent, type ComponentModule, type LoadedComponent } from "./run-component.ts";

// The entry of a process that runs one component. It ends with its parent.
// Its argument is the URL to which `@bytecodealliance/preview2-shim` resolves; the shim is loaded before a component arrives.
const shim = loadWasiShim(process.argv[2]!);
shim.catch(() => {}); // reported when the component is loaded
// The first module from a data URL costs 20 ms, every further one less than 1 ms.
const empty: string = "data:text/javascript,export {};";
const warm = import(empty);
let loaded: LoadedComponent | undefined;
const send = (message: FromProcess): void => void process.send?.(message);

process.on("message", (message: ToProcess) => {
  if (message.type === "load")
    load(message).then(
      () => send({ type: "loaded" }),
      (error: unknown) => send({ type: "failed", message: String(error).slice(0, 500) }),
    );
  else if (loaded !== undefined) {
    const times = { now: Date.now, stopwatch: () => performance.now() };
    send({ type: "ended", outcome: runComponent(loaded, message.execution, times) });
  }
});
process.on("disconnect", () => process.exit());

async function load({ component }: ToProcess & { type: "load" }): Promise<void> {
  const { entry, glue, coreModules, initialPages } = component;
  const url = `data:text/javascript;base64,${Buffer.from(glue).toString("base64")}`;
  const compiled = await Promise.all(
    [...coreModules].map(async ([name, bytes]) => [name, await WebAssembly.compile(bytes)] as const),
  );
  await warm;
  loaded = {
    entry,
    module: (await import(url)) as ComponentModule,
    coreModules: new Map(compiled),
    initialPages,
    shim: await shim,
  };
}
