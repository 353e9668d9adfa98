/**
 * An MCP server that behaves as a script says: `node scripted-server.mjs SCRIPT.json [--http]`. It speaks no SDK, so it can break
 * every rule. Over HTTP it prints its address first.
 *
 * SCRIPT: { tools, later?, laterAfter? = 1, notify?, on?: { METHOD: act }, protocol?, startup?, lists?, onList?, notices? }
 * `later` replaces `tools` after `laterAfter` calls, in this and earlier processes; `on` replaces the answer to a method, `startup`
 * acts at the start. Of the lists of one process: `lists` are the tools of each (the last one of all further ones), `onList` acts
 * instead of some, and after the first `notices` of them the server says, in the same write, that its tools have changed.
 * A tool: { name, description?, inputSchema?, outputSchema?, result?, act? }; `%count%`, `%env%`, `%args%`, `%headers%` in result.
 * act: { exit?: code, hang?: true, pidFile?: where its id is written, text?: raw line(s), flood?: "line" | "messages" | "stderr" | "lists", delayMs?, error?, duplicate? }
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { createInterface } from "node:readline";

const [file, http] = process.argv.slice(2);
const script = JSON.parse(readFileSync(file, "utf8"));
const countFile = `${file}.count`;
const count = () => (existsSync(countFile) ? Number(readFileSync(countFile, "utf8")) : 0);
const isLater = () => script.later !== undefined && count() >= (script.laterAfter ?? 1);
const toolsNow = () => (isLater() ? script.later : script.tools);
const notice = { jsonrpc: "2.0", method: "notifications/tools/list_changed" };
let listed = 0;
const toolsOfList = () => script.lists?.[Math.min(listed, script.lists.length) - 1] ?? toolsNow();

/** Does what a script says instead of an answer. Returns what is sent. */
async function perform(act, id, send) {
  if (act.delayMs) await new Promise((done) => setTimeout(done, act.delayMs));
  if (act.stderr) process.stderr.write(act.stderr);
  if (act.pidFile) writeFileSync(act.pidFile, String(process.pid));
  if (act.exit !== undefined) process.exit(act.exit);
  if (act.flood === "line") for (let index = 0; index < 64; index += 1) send("x".repeat(1024 * 1024), true);
  if (act.flood === "messages")
    for (;;) {
      send({ jsonrpc: "2.0", method: "notifications/message", params: { level: "info", data: "x".repeat(60_000) } });
      await new Promise(setImmediate);
    }
  if (act.flood === "lists") for (let index = 0; index < 300; index += 1) send(notice);
  if (act.text !== undefined) send(act.text, true);
  if (act.asks !== undefined) send({ jsonrpc: "2.0", id: "mine", method: act.asks, params: {} });
  if (act.error !== undefined) return { jsonrpc: "2.0", id, error: act.error };
  if (act.result !== undefined) return { jsonrpc: "2.0", id, result: act.result };
  return undefined;
}

async function answer({ id, method, params = {}, result, error }, headers, send) {
  if (method === undefined) {
    writeFileSync(`${file}.answer`, JSON.stringify({ result, error }));
    return undefined;
  }
  const act = script.on?.[method];
  if (act !== undefined) return perform(act, id, send);
  if (id === undefined) return undefined;
  const give = (value) => ({ jsonrpc: "2.0", id, result: value });
  if (method === "initialize")
    return give({
      protocolVersion: script.protocol ?? "2025-11-25",
      capabilities: { tools: { listChanged: true } },
      serverInfo: { name: "scripted", version: "1" },
    });
  if (method === "tools/list") {
    listed += 1;
    const instead = script.onList?.[listed - 1];
    if (instead) return perform(instead, id, send);
    return give({
      tools: toolsOfList().map(
        ({ name, description = "", inputSchema = { type: "object" }, outputSchema, annotations }) => ({
          name,
          description,
          inputSchema,
          ...(outputSchema && { outputSchema }),
          ...(annotations && { annotations }),
        }),
      ),
    });
  }
  if (method !== "tools/call") return { jsonrpc: "2.0", id, error: { code: -32601, message: `no method ${method}` } };
  const tool = toolsNow().find(({ name }) => name === params.name);
  if (tool === undefined) return give({ content: [{ type: "text", text: `no tool ${params.name}` }], isError: true });
  const was = isLater();
  writeFileSync(countFile, String(count() + 1));
  if (script.notify && isLater() && !was) send(notice);
  if (tool.act !== undefined) {
    const performed = await perform(tool.act, id, send);
    if (performed !== undefined || tool.act.hang) return performed;
  }
  const filled = JSON.stringify(tool.result ?? { content: [{ type: "text", text: "%args%" }] })
    .replace("%count%", () => String(count()))
    .replace("%pid%", () => String(process.pid))
    .replace("%args%", () => JSON.stringify(JSON.stringify(params.arguments ?? {})).slice(1, -1))
    .replace("%env%", () => JSON.stringify(JSON.stringify(process.env)).slice(1, -1))
    .replace("%headers%", () => JSON.stringify(JSON.stringify(headers)).slice(1, -1));
  return give(JSON.parse(filled));
}

if (http) {
  const respond = async (request, response) => {
    if (script.redirect !== undefined) return response.writeHead(307, { location: script.redirect }).end();
    if (script.status !== undefined) return response.writeHead(script.status).end("refused");
    if (request.method !== "POST") return response.writeHead(405).end();
    let text = "";
    for await (const chunk of request) text += chunk;
    const lines = [];
    const reply = await answer(JSON.parse(text), request.headers, (message, isRaw) =>
      lines.push(isRaw ? message : JSON.stringify(message)),
    );
    if (JSON.parse(text).id === undefined) return response.writeHead(202).end();
    if (reply === undefined && lines.length === 0) return response; // silent
    if (lines.length === 0 && !script.sse)
      return response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(reply));
    response.writeHead(200, { "content-type": "text/event-stream" });
    for (const line of [...lines, ...(reply ? [JSON.stringify(reply)] : [])])
      response.write(`event: message\ndata: ${line}\n\n`);
    return response.end();
  };
  const server = createServer((request, response) => void respond(request, response));
  server.listen(0, "127.0.0.1", () => console.log(`http://127.0.0.1:${server.address().port}/mcp`));
} else {
  const send = (message, isRaw) => process.stdout.write(`${isRaw ? message : JSON.stringify(message)}\n`);
  if (script.startup) await perform(script.startup, null, send);
  const respond = async (line) => {
    const message = JSON.parse(line);
    const reply = await answer(message, {}, send);
    const isNotified = message.method === "tools/list" && listed <= (script.notices ?? 0);
    if (reply !== undefined)
      send([reply, ...(isNotified ? [notice] : [])].map((one) => JSON.stringify(one)).join("\n"), true);
    if (script.twice && reply?.id !== undefined) send(reply);
  };
  createInterface({ input: process.stdin })
    .on("line", (line) => void respond(line))
    .on("close", () => script.stays && setInterval(() => {}, 1000));
  if (script.stays) process.on("SIGTERM", () => {});
}
