import { createRuntime, RunStore } from "@ice/core";
import { LazyRunStore } from "@ice/core/internal";
import { initializeOrchestrator } from "@ice/orchestrator";
import { createFakeClock, describeRunStore } from "@ice/testing";
import { describe, test } from "vitest";
import { Connection } from "./fleet/connection.ts";
import { FleetOwnership } from "./fleet/fleet-ownership.ts";
import { FleetStore } from "./fleet/fleet-store.ts";
import { FleetTables } from "./fleet/fleet-tables.ts";
import { createStoppingClock } from "./fleet/stopping-clock.ts";

describeRunStore(
  "The store of the simulated fleet",
  async () => {
    const clock = createFakeClock();
    const tables = new FleetTables(clock);
    const others = new LazyRunStore({ url: "memory:", durable: false }, async () => {
      const { runtime } = await initializeOrchestrator({ runtime: createRuntime(), clock });
      return runtime.use(RunStore);
    });
    const processes: { readonly ownership: FleetOwnership; readonly store: FleetStore }[] = [];
    const connect = async (): Promise<FleetStore> => {
      const process = createStoppingClock(clock);
      const connection = new Connection({
        clock,
        process,
        random: () => 0,
        latencyMs: 0,
        awayForMs: () => 0,
        patienceMs: 0,
        fault: () => "keep",
        kill: () => {},
      });
      const ownership = new FleetOwnership(`p${processes.length}`, tables, connection, process);
      const store = new FleetStore({
        tables,
        connection,
        ownership,
        others,
        dispatcherOf: () => undefined,
        note: (run) => processes.find((one) => one.ownership.id === run.process)?.ownership.note(run),
        onAppend: () => {},
      });
      processes.push({ ownership, store });
      return store;
    };
    return {
      store: await connect(),
      another: connect,
      pass: (ms) => clock.advance(ms),
      async close() {
        for (const { store } of processes) await store.close();
        await others.close();
      },
    };
  },
  { describe, test, several: true, quick: true },
);
