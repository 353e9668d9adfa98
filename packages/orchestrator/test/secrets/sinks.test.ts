import { mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import { ConversationStore, createRuntime, RunStore, SecretService, type RunEvent } from "@ice/core";
import { describe, expect, onTestFinished, test } from "vitest";
import { initializeOrchestrator, Workflow } from "../../src/index.ts";
import { waysIn, type WayIn } from "./ways-in.ts";

const canary = 'canary+0123/4"56=abc';
const base64 = (text: string): string => Buffer.from(text).toString("base64");

/** How others repeat a secret. */
const forms: Readonly<Record<string, string>> = {
  plain: `<${canary}>`,
  URL: `https://a.test/?key=${encodeURIComponent(canary)}&x=1`,
  base64: base64(canary),
  "base64 of more": `Basic ${base64(`u:${canary}`)}`,
  JSON: JSON.stringify({ key: canary }),
};

/** Parts of each form, and of the form turned round, that must stand nowhere. Digits alone are also in times and ids. */
const traces = [
  "canary+0123",
  "canary%2B0123",
  "3210+yranac",
  "3210B2%yranac",
  base64(canary).slice(0, 20),
  base64(`u:${canary}`).slice(4, 24),
];

/** The names of the sinks of a run in which a trace of the canary is. */
async function leaksOf({ nodes, start, status = "completed", isShown = true }: WayIn): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), "ice-secrets-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const runtime = createRuntime();
  const events: RunEvent[] = [];
  runtime.events.on("*", (event) => void events.push(event));
  const { close } = await initializeOrchestrator({
    runtime,
    store: `sqlite:${join(folder, "runs.db")}`,
    env: { CANARY: canary },
    secrets: { token: { env: "CANARY" } },
    ...start,
  });
  const secrets = runtime.use(SecretService);
  secrets.resolve("token");
  const workflow = new Workflow(nodes, {
    name: "leak",
    runtime,
    inputs: { type: "object", properties: { two: { type: "array" } } },
  });
  const result = await workflow.execute({ two: [1, 2] });
  const stored = await runtime.use(RunStore).read(result.runId);
  const turns = await runtime.use(ConversationStore).read("t", 9);
  await close();
  expect(result.status).toBe(status);
  const sinks: Record<string, string> = {
    result: JSON.stringify(result),
    "result in the process": inspect(result, { depth: 20, maxStringLength: null, maxArrayLength: null }),
    events: JSON.stringify(events),
    text: events.flatMap((event) => (event.type === "llm.tokenStreamed" ? [event.data["text"]] : [])).join(""),
    records: JSON.stringify(stored.records),
    conversations: JSON.stringify(turns),
  };
  for (const file of readdirSync(folder)) sinks[file] = readFileSync(join(folder, file), "latin1");
  // The value came in at all, and is shown by its name.
  const shown = [sinks["result"], sinks["events"], sinks["text"]].join("");
  expect(shown.includes("[secret:token]")).toBe(isShown);
  return Object.keys(sinks).filter((name) => traces.some((trace) => sinks[name]!.includes(trace)));
}

describe.each(Object.entries(waysIn))("E: %s", (_, wayIn) => {
  test.each(Object.entries(forms))("as %s", async (_, text) => {
    expect(await leaksOf(wayIn(text))).toEqual([]);
  });
});
