import { createClient, type Client } from "@ice/client";
import { accessScopes, defineTool, type JsonObject, type RegisteredBlueprint } from "@ice/core";
import { z } from "zod";
import { EditedFile } from "./edited-file.ts";
import { servePage, type ServedPage } from "./serve-page.ts";

const echo = (id: string, toolArgs: object = {}, more: object = {}): JsonObject =>
  ({ id, type: "tool", toolName: "echo", toolArgs, ...more }) as JsonObject;

const workflows: readonly RegisteredBlueprint[] = [
  {
    name: "nightly-load",
    version: "1.4.0",
    description: "Loads the orders of a day, in parts.",
    inputs: {
      type: "object",
      properties: { day: { type: "string", title: "Day", description: "As 2026-01-31." } },
      required: ["day"],
    },
    nodes: [
      echo("plan", { day: "{{ inputs.day }}" }),
      {
        id: "parts",
        type: "loop",
        itemsSource: "[1, 2, 3]",
        body: [echo("fetch"), echo("store", {}, { dependencies: ["fetch"] })],
      },
      echo("report", {}, { dependencies: ["plan", "parts"] }),
    ],
  },
  {
    name: "steps",
    version: "2.0.0",
    nodes: ["first", "second"].map((id, at) => ({
      id,
      type: "tool",
      toolName: "pause",
      toolArgs: { ms: 700 },
      ...(at > 0 && { dependencies: ["first"] }),
    })),
  },
  {
    name: "approve-report",
    version: "1.0.0",
    nodes: [{ id: "ok", type: "human", approvalType: "approval", promptMessage: "Send the report to the board?" }],
  },
  { name: "no-luck", version: "1.1.0", nodes: [{ id: "fail", type: "tool", toolName: "fail", toolArgs: {} }] },
];

/** A network: `load` and `clean` first, then `broken`, `review`, and `send` after the answer. */
export const network = {
  schemaVersion: "ice-network/v1",
  name: "nightly",
  workflows: [
    { id: "load", ref: "nightly-load", inputs: { day: "2026-01-31" } },
    { id: "clean", ref: "steps" },
    { id: "review", ref: "approve-report", after: ["load", "clean"] },
    { id: "broken", ref: "no-luck", after: ["load"] },
    { id: "send", ref: "steps", after: ["review"] },
  ],
};

export const stored = (text: string, more: readonly JsonObject[] = []): JsonObject =>
  ({
    schemaVersion: "ice/v1",
    name: "weekly-summary",
    version: "1.0.0",
    description: "Sums up the week.",
    nodes: [echo("collect"), echo("write", { text }, { dependencies: ["collect"] }), ...more],
  }) as JsonObject;

export const edited = (ids: readonly string[]): JsonObject =>
  ({ schemaVersion: "ice/v1", name: "edited", nodes: ids.map((id) => echo(id)) }) as JsonObject;

/** A server with all that the pages besides runs show. */
export interface Workshop extends Omit<ServedPage, "token"> {
  readonly client: Client;
  readonly file: EditedFile;
}

export async function startWorkshop(assets: string): Promise<Workshop> {
  const file = new EditedFile("flows/edited.json", edited(["one", "two"]));
  const { token, ...served } = await servePage(
    {
      workflows,
      tools: [pause],
      agents: [{ name: "writer", description: "Writes a summary.", model: "mock/echo", tools: ["echo"] }],
      schedules: { nightly: { cron: "0 3 * * *", workflow: "steps", timezone: "Europe/Berlin" } },
    },
    { assets, storeAddress: "sqlite:.ice/ice.db", dev: file, scopes: accessScopes },
  );
  return { ...served, client: createClient({ url: served.url, token }), file };
}

const pause = defineTool({
  name: "pause",
  description: "Waits so many milliseconds.",
  args: z.object({ ms: z.number().describe("Milliseconds.") }),
  async run({ ms }) {
    await new Promise((resolve) => setTimeout(resolve, ms));
    return { ms };
  },
});
