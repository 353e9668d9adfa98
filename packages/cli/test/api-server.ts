import { echo, folderWith, ice, type Setup } from "./fake-terminal.ts";
import { startProcess } from "./real-process.ts";

const inputs = { type: "object", properties: { who: { type: "string" }, n: { type: "integer" } }, required: ["who"] };
const greet = { name: "greet", version: "1.0.0", inputs, nodes: [echo("a", { hi: "{{ inputs.who }}" })] };
export const ask = (id: string, more: object = {}): object => ({
  id,
  type: "human",
  promptMessage: "Go on?",
  approvalType: "approval",
  ...more,
});
export const sleep = (id: string, ms: number): object => ({ id, type: "tool", toolName: "sleep", toolArgs: { ms } });
const files = { "ice.config.mjs": `export default { workflows: [${JSON.stringify(greet)}] }` };
/** Code that must not be executed. */
export const trap = { "ice.config.mjs": `throw new Error("the configuration was loaded")` };

/** A server in a process of its own, and a command that works there, from a folder with a configuration that throws. */
export async function startServer(...argv: readonly string[]) {
  const folder = folderWith(files);
  const store = ["--store", `sqlite:${folder}/ice.db`];
  const tokenFor = async (...scopes: readonly string[]): Promise<string> => {
    const flags = scopes.flatMap((scope) => ["--scope", scope]);
    const created = await ice(["tokens", "create", "kim", ...flags, ...store, "--json"], { cwd: folder });
    return (created.json as { token: string }).token;
  };
  const token = await tokenFor("read", "run", "author", "respond", "signal");
  const server = startProcess(["serve", "--port", "0", "--json", ...store, ...argv], { files });
  await server.seen("stdout", /\n/);
  const { url } = JSON.parse(server.text.stdout) as { url: string };
  const at = (command: readonly string[], { env, files: more, ...setup }: Setup = {}) =>
    ice([...command, "--api", url], { env: { ICE_TOKEN: token, ...env }, files: { ...trap, ...more }, ...setup });
  return { ...server, url, token, tokenFor, at };
}
