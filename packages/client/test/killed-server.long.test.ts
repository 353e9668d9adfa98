import { spawn, type ChildProcess } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { expect, onTestFinished, test } from "vitest";
import { createClient, type DurableEvent, type RunStreamEvent } from "../src/index.ts";

const program = `${import.meta.dirname}/server-process.ts`;
const steps = 40;

interface ServerProcess {
  readonly child: ChildProcess;
  readonly url: string;
  readonly token: string;
}

async function start(store: string, port = "0"): Promise<ServerProcess> {
  const child = spawn(process.execPath, ["--conditions=@ice/source", "--no-warnings", program, store, port], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  const line = await createInterface({ input: child.stdout })[Symbol.asyncIterator]().next();
  return { child, ...(JSON.parse(String(line.value)) as { url: string; token: string }) };
}

const chain = {
  schemaVersion: "ice/v1",
  name: "chain",
  nodes: Array.from({ length: steps }, (_, at) => ({
    id: `n${at}`,
    type: "tool",
    toolName: "step",
    toolArgs: { ms: 40 },
    ...(at > 0 && { dependencies: [`n${at - 1}`] }),
  })),
};

const isDurable = (event: RunStreamEvent): event is DurableEvent => event.kind === "durable";

test(
  "a server that is killed twice while a run is followed costs the reader no event and gives none twice",
  { timeout: 60_000 },
  async () => {
    const file = join(tmpdir(), `ice-killed-${randomUUID()}.db`);
    onTestFinished(() => {
      for (const end of ["", "-wal", "-shm"]) rmSync(file + end, { force: true });
    });
    const store = `sqlite:${file}`;
    let server = await start(store);
    const { url, token } = server;
    const client = createClient({ url, token });
    const { runId } = await client.runs.start({ blueprint: chain });
    const events: DurableEvent[] = [];
    const reading = (async () => {
      for await (const event of client.runs.events(runId, { maxFailures: 100 }))
        if (isDurable(event)) events.push(event);
    })();
    for (const count of [8, 20]) {
      await expect.poll(() => events.length, { timeout: 20_000, interval: 10 }).toBeGreaterThan(count);
      server.child.kill("SIGKILL");
      await once(server.child, "exit");
      server = await start(store, new URL(url).port);
    }
    await reading;
    const whole: DurableEvent[] = [];
    for await (const event of client.runs.events(runId)) if (isDurable(event)) whole.push(event);
    expect(events).toEqual(whole);
    expect(new Set(events.map(({ position }) => position)).size).toBe(events.length);
    const completed = events.filter(({ type }) => type === "node.completed").map(({ path }) => path);
    expect(completed).toEqual(chain.nodes.map(({ id }) => id));
    expect(events.at(-1)).toMatchObject({ type: "workflow.completed" });
  },
);
