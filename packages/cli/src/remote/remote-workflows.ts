import type { Client } from "@ice/client";
import {
  IceError,
  networkSchemaVersion,
  type Issue,
  type JsonObject,
  type RunOptions,
  type RunResult,
} from "@ice/core";
import { didYouMean, isPlainObject, listNames } from "@ice/core/internal";
import type { RunnableWorkflow, Workflows } from "../config/run-services.ts";
import type { FollowedRuns } from "./followed-runs.ts";
import { onlyHere } from "./only-here.ts";

/** What is run at the server. */
type Runnable = { readonly workflow: string } | { readonly text: string };

/** Workflows that a server checks and runs. */
export function remoteWorkflows(client: Client, followed: FollowedRuns): Workflows {
  const runnable = (what: Runnable): RunnableWorkflow => ({
    execute: (inputs = {}, options = {}) => execute({ client, followed }, { ...what, inputs }, options),
    enqueue: () => onlyHere("--detach", "remove it, and leave with Ctrl-C: a server goes on with its runs by itself"),
  });
  return {
    async check({ data, text = "" }) {
      const { issues } = isNetwork(data) ? { issues: [asNetwork] } : await client.validate({ text });
      return { issues, workflow: runnable({ text }) };
    },
    async named(name) {
      if (!/^[^\s/\\]{1,256}$/.test(name)) return undefined;
      return { data: await blueprintOf(client, name), workflow: runnable({ workflow: name }) };
    },
    loader: { load: () => ({ ok: false, issues: [modulesStayHere] }) },
  };
}

async function execute(
  { client, followed }: { readonly client: Client; readonly followed: FollowedRuns },
  request: Runnable & { readonly inputs: JsonObject },
  { runId, maxConcurrency, timeoutSeconds, ...options }: RunOptions,
): Promise<RunResult> {
  const settings = { runId, options: { maxConcurrency, timeoutSeconds } };
  const run = await client.runs.start({ ...request, ...settings });
  return (await followed.follow(run.runId, "0.0", options)) as RunResult;
}

/** The blueprint of a stored workflow, or the inputs of a registered one, which comes first. @throws IceError `ICE_FILE_NOT_FOUND`. */
async function blueprintOf({ registry, blueprints }: Client, ref: string): Promise<JsonObject> {
  const at = ref.lastIndexOf("@");
  const [name, version] = at > 0 ? [ref.slice(0, at), ref.slice(at + 1)] : [ref, undefined];
  const all = await registry.workflows();
  const known = all.filter((one) => one.name === name);
  const unknown = (): IceError => nothingNamed(ref, [...new Set(all.map((one) => one.name))]);
  const registered = known.find(
    (one) => one.source === "registered" && (one.version === version || version === undefined),
  );
  if (registered !== undefined) return { name, ...(registered.inputs && { inputs: registered.inputs }) };
  if (known.length === 0) throw unknown();
  if (version === undefined) return (await blueprints.get(name)).blueprint;
  const { revisions } = await blueprints.revisions(name, { limit: 200 });
  const revision = revisions.find((one) => one.version === version)?.revision;
  if (revision === undefined) throw unknown();
  return (await blueprints.get(name, { revision })).blueprint;
}

const isNetwork = (data: unknown): boolean => isPlainObject(data) && data["schemaVersion"] === networkSchemaVersion;

/** As an engine in this process says it. */
const asNetwork: Issue = {
  code: "ICE_SCHEMA_VERSION",
  severity: "error",
  path: "/schemaVersion",
  message: "this is a network, not a workflow",
  fix: "run it as a network",
};

const modulesStayHere: Issue = {
  code: "ICE_USAGE",
  severity: "error",
  path: "",
  message: "With --api no code is loaded",
  fix: "save the workflow as YAML and run that, or run it without --api",
};

/** The error for a text that names neither a file nor a workflow of the server. */
const nothingNamed = (name: string, known: readonly string[]): IceError =>
  new IceError(
    "ICE_FILE_NOT_FOUND",
    `There is no file "${name}", and the server of --api has no workflow of that name.`,
    {
      fix: didYouMean(name, known) || `it has ${listNames(known) || "none"}`,
      details: { file: name },
    },
  );
