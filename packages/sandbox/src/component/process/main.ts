import { loadWasiShim } from "../../lane/wasi.ts";
import type { FromProcess, ToProcess } from "./messages.ts";
import { runComponent, type ComponentModule, type LoadedComponent } from "./run-component.ts";

// The entry of a process that runs one component. Without its parent it ends.
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

async function load({ glue, coreModules, initialPages, shim }: ToProcess & { type: "load" }): Promise<void> {
  const url = `data:text/javascript;base64,${Buffer.from(glue).toString("base64")}`;
  const compiled = new Map<string, WebAssembly.Module>();
  for (const [name, bytes] of coreModules) compiled.set(name, await WebAssembly.compile(bytes));
  loaded = {
    module: (await import(url)) as ComponentModule,
    coreModules: compiled,
    initialPages,
    shim: await loadWasiShim(shim),
  };
}
