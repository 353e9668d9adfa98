import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";

const main = fileURLToPath(new URL("../../../packages/cli/src/main.ts", import.meta.url));
const port = 0;

/** An event as a reader has it. */
interface Received {
  readonly id: string;
  readonly type: string;
}

/** The `ice` command in a folder. */
const ice = (cwd: string, ...argv: readonly string[]): ChildProcess =>
  spawn(process.execPath, ["--conditions=@ice/source", main, ...argv, "--store", "sqlite:ice.db", "--json"], {
    cwd,
    stdio: ["ignore", "pipe", "inherit"],
  });

async function output(child: ChildProcess): Promise<never> {
  let text = "";
  child.stdout!.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
  await once(child, "close");
  return JSON.parse(text) as never;
}

/** A server that is killed and started again, always at another address. */
class Server {
  readonly #folder: string;
  #child: ChildProcess | undefined;
  url = "";
  kills = 0;

  constructor(folder: string) {
    this.#folder = folder;
  }

  async start(): Promise<void> {
    const child = ice(this.#folder, "serve", "--port", String(port));
    this.#child = child;
    const [line] = (await once(child.stdout!.setEncoding("utf8"), "data")) as [string];
    this.url = (JSON.parse(line) as { url: string }).url;
  }

  async kill(): Promise<void> {
    const child = this.#child!;
    if (child.exitCode !== null || child.signalCode !== null) return;
    this.kills += 1;
    child.kill("SIGKILL");
    await once(child, "close");
  }
}

/** Reads the events of a run to its end, and connects again from the last one whenever the connection breaks. */
async function readAll(
  server: Server,
  {
    token,
    onEvent = async () => {},
  }: { readonly token: string; readonly onEvent?: (event: Received) => Promise<void> },
): Promise<readonly Received[]> {
  const received: Received[] = [];
  for (;;) {
    try {
      const last = received.at(-1)?.id;
      const answer = await fetch(`${server.url}/v1/runs/r/events`, {
        headers: { authorization: `Bearer ${token}`, ...(last !== undefined && { "last-event-id": last }) },
      });
      if (answer.status === 204) return received;
      let text = "";
      for await (const chunk of answer.body!.pipeThrough(new TextDecoderStream())) {
        text += chunk;
        for (let end = text.indexOf("\n\n"); end >= 0; end = text.indexOf("\n\n")) {
          const frame = text.slice(0, end);
          text = text.slice(end + 2);
          if (/^event: end$/m.test(frame)) return received;
          const id = /^id: (.*)$/m.exec(frame)?.[1];
          if (id === undefined) continue;
          const event = { id, type: (JSON.parse(/^data: (.*)$/m.exec(frame)![1]!) as { type: string }).type };
          received.push(event);
          await onEvent(event);
        }
      }
    } catch {
      // The server was killed.
    }
    await delay(30);
  }
}

test("a server is killed at every event of a run: two readers have the whole journal, each event once", async () => {
  const folder = mkdtempSync(join(tmpdir(), "ice-served-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const scopes = ["read", "run", "author", "respond"].flatMap((scope) => ["--scope", scope]);
  const { token } = (await output(ice(folder, "tokens", "create", "reader", ...scopes))) as { token: string };
  const server = new Server(folder);
  await server.start();
  onTestFinished(() => server.kill());
  const tool = (id: string, toolName: string, toolArgs: object, dependencies: readonly string[] = []) => ({
    id,
    type: "tool",
    toolName,
    toolArgs,
    dependencies,
  });
  const nodes = [
    tool("a", "echo", { v: 1 }),
    { id: "l", type: "loop", itemsSource: "[1, 2]", body: [tool("s", "sleep", { ms: 50 })], dependencies: ["a"] },
    tool("f", "fail", { untilAttempt: 1 }, ["l"]),
    tool("z", "echo", { v: 2 }, ["f"]),
  ].map((node) => (node.id === "f" ? { ...node, retryPolicy: { maxAttempts: 2, backoffSeconds: 0.05 } } : node));
  const started = await fetch(`${server.url}/v1/runs`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: JSON.stringify({ runId: "r", blueprint: { schemaVersion: "ice/v1", name: "w", nodes } }),
  });
  expect(started.status).toBe(202);
  // One reader kills the server at each new event. The events of the kills themselves come too, so at most 12 times.
  const killing = readAll(server, {
    token,
    async onEvent({ type }) {
      if (server.kills >= 12 || type === "workflow.resumed") return;
      await server.kill();
      await server.start();
    },
  });
  const [first, second] = await Promise.all([killing, readAll(server, { token })]);
  expect(server.kills).toBeGreaterThan(5);
  const whole = await readAll(server, { token });
  expect(first).toEqual(whole);
  expect(second).toEqual(whole);
  expect(new Set(whole.map(({ id }) => id)).size).toBe(whole.length);
  expect(whole.at(-1)?.type).toBe("workflow.completed");
  const completed = whole.filter(({ type }) => type === "node.completed");
  expect(completed.length).toBeGreaterThanOrEqual(6);
}, 120_000);
