/**
 * A server, a client, and a person: a run is started over HTTP, its events are followed while the server is killed and started again, an
 * approval is answered, and the run ends. No event is lost or comes twice.
 */
import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createClient } from "@ice/client";

const ice = fileURLToPath(import.meta.resolve("../../../packages/cli/src/main.ts"));
const blueprint = fileURLToPath(new URL("../publish.yaml", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "ice-service-"));
const node = ["--conditions=@ice/source", ice];

/** Starts the server on a port, and returns it once it listens, with its address. */
async function serve(port: string): Promise<{ readonly server: ChildProcess; readonly url: string }> {
  const server = spawn(process.execPath, [...node, "serve", "--port", port, "--json"], {
    cwd: folder,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [line] = (await once(server.stdout.setEncoding("utf8"), "data")) as [string];
  return { server, url: (JSON.parse(line) as { url: string }).url };
}

/** A token for each of those who use the server. */
function tokenFor(name: string, ...scopes: readonly string[]): string {
  const args = ["tokens", "create", name, ...scopes.flatMap((scope) => ["--scope", scope]), "--json"];
  const { stdout } = spawnSync(process.execPath, [...node, ...args], { cwd: folder, encoding: "utf8" });
  return (JSON.parse(stdout) as { token: string }).token;
}

const editor = tokenFor("editor", "read", "run", "author");
const kim = tokenFor("kim", "read", "respond");
let { server, url } = await serve("0");
const { port } = new URL(url);
try {
  const client = createClient({ url, token: editor });
  await client.blueprints.create({ text: readFileSync(blueprint, "utf8") });
  const run = await client.runs.start({ workflow: "publish", inputs: { title: "Ice cubes" } });

  const seen: string[] = [];
  for await (const event of run.events()) {
    if (event.kind !== "durable") continue;
    seen.push(`${event.type}${event.path === undefined ? "" : ` ${event.path}`}`);
    console.log(seen.at(-1));
    if (event.path === "draft") {
      server.kill("SIGKILL");
      await once(server, "close");
      console.log("-- the server was killed, and starts again --");
      ({ server, url } = await serve(port));
    }
    if (event.type === "workflow.suspended") {
      const person = createClient({ url, token: kim });
      const { tasks } = await person.tasks.list({ runId: run.runId });
      console.log(`-- kim is asked: ${tasks[0]!.promptMessage} --`);
      await person.tasks.respond(tasks[0]!.token!, { approved: true });
    }
  }

  const result = await run.result();
  if ("workflows" in result) throw new Error("a network has no nodes");
  const { status, output, nodes } = result;
  console.log(status, output);
  const answer = nodes["approve"]!.output as { readonly respondedBy: string };
  const expected = ["workflow.started", "node.completed draft", "workflow.resumed", "node.completed check"];
  if (seen.slice(0, 4).join() !== expected.join() || new Set(seen).size < seen.length - 1)
    throw new Error(`unexpected events: ${seen.join(", ")}`);
  if (status !== "completed" || answer.respondedBy !== "kim") throw new Error("the run did not end as it should");
} finally {
  server.kill("SIGTERM");
  await once(server, "close");
  rmSync(folder, { recursive: true });
}
