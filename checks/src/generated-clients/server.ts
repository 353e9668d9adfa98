import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { runCommand } from "../run-command.ts";

/** A server of its own store, as a user starts it. */
export interface StartedServer {
  readonly url: string;
  /** Permits what the programs do. */
  readonly token: string;
  close(): Promise<void>;
}

const ice = [
  process.execPath,
  "--conditions=@ice/source",
  join(import.meta.dirname, "../../../packages/cli/src/main.ts"),
] as const;

/** Starts `ice serve` on a free port, with a store in a folder. */
export async function startServer(folder: string): Promise<StartedServer> {
  const store = ["--json", "--store", `sqlite:${join(folder, "ice.db")}`];
  const scopes = ["read", "run", "author", "respond"].flatMap((scope) => ["--scope", scope]);
  const create = [...ice, "tokens", "create", "kim", ...scopes, ...store];
  const { code, stdout, stderr } = await runCommand(create, { cwd: folder, env: process.env, timeoutMs: 30_000 });
  if (code !== 0) throw new Error(`no token was created\n${stderr}`);
  const { token } = JSON.parse(stdout) as { readonly token: string };
  const [program, ...args] = ice;
  const server = spawn(program, [...args, "serve", "--port", "0", ...store], {
    cwd: folder,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = once(server, "exit");
  const first = await Promise.race([once(createInterface(server.stdout), "line"), ended]);
  if (server.exitCode !== null) throw new Error(`the server ended with ${server.exitCode}`);
  const { url } = JSON.parse(String(first[0])) as { readonly url: string };
  return {
    url,
    token,
    async close() {
      server.kill("SIGTERM");
      await ended;
    },
  };
}
