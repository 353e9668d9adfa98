import type { Principal } from "@ice/core";
import { createClient, type RunStreamEvent, type ShownNetwork, type ShownRun } from "./index.ts";

type Is<A, B> = [A, B] extends [B, A] ? true : false;
const check = <_Holds extends true>(): void => undefined;

const client = createClient({ url: "http://127.0.0.1:4747", token: "t" });

export async function types(): Promise<void> {
  const run = await client.runs.start({ workflow: "greet", inputs: { who: "kim" } });
  await client.runs.start({ text: "name: a" }, { signal: AbortSignal.timeout(1000) });
  // @ts-expect-error -- one of `workflow`, `blueprint` and `text`
  await client.runs.start({ workflow: "greet", text: "name: a" });
  // @ts-expect-error -- nothing to run
  await client.runs.start({ inputs: {} });
  const document = await run.result();
  void document.output?.["a"];
  if ("workflows" in document) check<Is<typeof document, ShownNetwork>>();
  else check<Is<typeof document, ShownRun>>();
  const head = await client.runs.get("r", { nodes: "none" });
  // @ts-expect-error -- it has no nodes
  if (!("workflows" in head)) void head.nodes;
  for await (const event of run.events()) {
    check<Is<typeof event, RunStreamEvent>>();
    if (event.kind === "durable") event.position.at(0);
    // @ts-expect-error -- live events have no position
    if (event.kind === "live") void event.position;
  }
  await client.tasks.respond("token", { approved: true }, { as: "kim" });
  // @ts-expect-error -- no answer
  await client.tasks.respond("token", { approve: true });
  // @ts-expect-error -- which revision is replaced?
  await client.blueprints.replace("page", { text: "name: page" });
  check<Is<Awaited<ReturnType<typeof client.me>>, Principal>>();
  // @ts-expect-error -- a token is needed
  createClient({ url: "http://127.0.0.1:4747" });
}
