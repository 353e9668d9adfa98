import { DBOS } from "@dbos-inc/dbos-sdk";

/** DBOS alone, as the other way to make nodes durable: as steps of a workflow, or as workflows that a workflow starts. */
export interface BareDbos {
  /** Steps of one workflow, one after the other. */
  steps(count: number): Promise<void>;
  children(count: number, atOnce: number): Promise<void>;
  close(): Promise<void>;
}

const silent = { debug: nothing, info: nothing, warn: nothing, error: nothing };

export async function startDbos(url: string, schema: string): Promise<BareDbos> {
  const child = DBOS.registerWorkflow(async (_at: number) => ({}), { name: "child" });
  const steps = DBOS.registerWorkflow(
    async (count: number) => {
      for (let at = 0; at < count; at += 1) await DBOS.runStep(async () => ({}), { name: `n${at}` });
    },
    { name: "steps" },
  );
  const children = DBOS.registerWorkflow(
    async (count: number, atOnce: number) => {
      for (let first = 0; first < count; first += atOnce) {
        const handles = Array.from({ length: Math.min(atOnce, count - first) }, (_, at) =>
          DBOS.startWorkflow(child)(first + at),
        );
        await Promise.all(handles.map(async (handle) => (await handle).getResult()));
      }
    },
    { name: "children" },
  );
  DBOS.setConfig({ name: "bare", systemDatabaseUrl: url, systemDatabaseSchemaName: schema, logger: silent });
  await DBOS.launch();
  return {
    // Called as methods they would be those of a configured instance.
    steps: (count) => steps(count),
    children: (count, atOnce) => children(count, atOnce),
    close: () => DBOS.shutdown(),
  };
}

function nothing(): void {}
