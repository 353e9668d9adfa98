import {
  defineTool,
  HumanTaskService,
  NetworkCoordinatorFactory,
  RunStore,
  Tenants,
  WorkflowExecutionService,
  type RunEvent,
} from "@ice/core";
import { createTestRuntime } from "@ice/testing";
import { expect, test } from "vitest";
import { z } from "zod";
import { initializeOrchestrator, Workflow, type OrchestratorOptions } from "../src/index.ts";
import { ask, child } from "./run-networks.ts";
import { echo } from "./run-nodes.ts";

async function start(options: OrchestratorOptions = {}) {
  const keys: string[] = [];
  const keyed = defineTool({
    name: "keyed",
    args: z.object({}),
    sideEffects: "external",
    run: (_args, { idempotencyKey }) => {
      keys.push(idempotencyKey);
      return {};
    },
  });
  const workflows = [child("approval", [ask, echo("done", { ok: "{{ ask.approved }}" })])];
  const ice = await createTestRuntime(initializeOrchestrator, { tools: [keyed], workflows, ...options });
  const { runtime } = ice;
  const approval = new Workflow([ask, { ...echo("done", { ok: "{{ ask.approved }}" }), dependencies: ["ask"] }], {
    name: "w",
    runtime,
  });
  return { ...ice, keys, approval, tenants: runtime.use(Tenants), runs: runtime.use(WorkflowExecutionService) };
}

test("a run is that of the tenant in its options: others do not see it, and may use its id", async () => {
  const { runtime, approval, tenants, runs, close } = await start();
  const acme = tenants.of("acme");
  expect((await approval.execute({}, { runId: "r", tenant: "acme" })).status).toBe("suspended");
  await expect(runs.show("r")).rejects.toMatchObject({ code: "ICE_RUN_NOT_FOUND" });
  await expect(runs.resume("r")).rejects.toMatchObject({ code: "ICE_RUN_NOT_FOUND" });
  expect((await approval.execute({}, { runId: "r" })).status).toBe("suspended");
  const tasks = runtime.use(HumanTaskService);
  expect([(await tasks.list()).length, (await acme.tasks.list()).length]).toEqual([1, 1]);
  await tasks.respond("r", "ask", { approved: false });
  expect(await runs.resume("r")).toMatchObject({ status: "completed", output: { done: { ok: false } } });
  expect(await acme.runs.show("r")).toMatchObject({ status: "suspended" });
  await acme.tasks.respond("r", "ask", { approved: true });
  expect(await acme.runs.resume("r")).toMatchObject({ status: "completed", output: { done: { ok: true } } });
  expect((await acme.runs.list()).map(({ runId }) => runId)).toEqual(["r"]);
  await close();
});

test("live runs of two tenants with one id are cancelled and explained apart", async () => {
  const { approval, tenants, runs, close } = await start();
  const [acme, beta] = [tenants.of("acme"), tenants.of("beta")];
  const handles = [acme, beta].map((one) => one.runs.start(approval, {}, { runId: "r", wait: true }));
  while ((await beta.runs.explain("r").catch(() => [])).length === 0 || (await acme.tasks.list()).length === 0)
    await new Promise((resolve) => setImmediate(resolve));
  await expect(runs.cancel("r")).rejects.toMatchObject({ code: "ICE_RUN_NOT_FOUND" });
  await acme.runs.cancel("r");
  expect((await handles[0]!.result).status).toBe("cancelled");
  await beta.tasks.respond("r", "ask", { approved: true });
  expect((await handles[1]!.result).status).toBe("completed");
  await close();
});

test("the workflows of a network are runs of its tenant, also after a resume", async () => {
  const { runtime, tenants, close } = await start();
  const acme = tenants.of("acme");
  const network = acme.networks.create({ name: "n", workflows: [{ id: "a", ref: "approval" }] });
  expect((await network.run({ runId: "net" })).status).toBe("suspended");
  expect((await acme.runs.list()).map(({ runId }) => runId).toSorted()).toEqual(["net", "net.a"]);
  expect(await runtime.use(WorkflowExecutionService).list()).toEqual([]);
  await expect(runtime.use(NetworkCoordinatorFactory).resume("net")).rejects.toMatchObject({
    code: "ICE_RUN_NOT_FOUND",
  });
  await acme.tasks.respond("net.a", "ask", { approved: true });
  expect(await acme.networks.resume("net")).toMatchObject({
    status: "completed",
    workflows: { a: { status: "completed" } },
  });
  await close();
});

test("services of one tenant run nothing for another", async () => {
  const { approval, tenants, runs, close } = await start();
  const refused = { code: "ICE_USAGE", message: 'The tenant "other" is not "acme", whose runs these are.' };
  const { runs: ofAcme, networks } = tenants.of("acme");
  await expect(ofAcme.execute(approval, {}, { tenant: "other" })).rejects.toMatchObject(refused);
  await expect(ofAcme.start(approval, {}, { tenant: "other" }).result).rejects.toMatchObject(refused);
  const network = networks.create({ name: "n", workflows: [{ id: "a", ref: "approval" }] });
  await expect(network.run({ tenant: "other" } as object)).rejects.toMatchObject(refused);
  await expect(runs.execute(approval, {}, { tenant: "acme" })).rejects.toMatchObject({ code: "ICE_USAGE" });
  await expect(approval.execute({}, { tenant: "No Name" })).rejects.toMatchObject({ code: "ICE_USAGE" });
  expect(() => tenants.of("a/b")).toThrow(expect.objectContaining({ code: "ICE_USAGE" }));
  await close();
});

test("a token answers only the request of its tenant, although another has the same request in a run with that id", async () => {
  const { approval, tenants, close } = await start();
  const [acme, beta] = [tenants.of("acme"), tenants.of("beta")];
  for (const { runs } of [acme, beta]) await runs.execute(approval, {}, { runId: "r" });
  const [task] = await acme.tasks.list();
  const token = await acme.tasks.tokenFor(task!);
  await expect(beta.tasks.respondWithToken(token, { approved: true })).rejects.toMatchObject({
    code: "ICE_TOKEN_INVALID",
  });
  await acme.tasks.respondWithToken(token, { approved: true });
  await close();
});

test("the idempotency key of an effect counts the tenant, and is what it was for the default one", async () => {
  const { runtime, keys, close } = await start();
  const effect = new Workflow([{ id: "a", type: "tool", toolName: "keyed", toolArgs: {} }], { name: "e", runtime });
  for (const tenant of ["default", "acme", "beta", undefined])
    await effect.execute({}, { runId: tenant === undefined ? "r2" : "r", tenant });
  expect(new Set(keys).size).toBe(4);
  // SHA-256 of "r\na".
  expect(keys[0]).toBe("e4db90857248e66ee7a04c0c941fb7c3");
  await close();
});

test("an orchestrator can be that of a tenant: its services, its runs and what is registered for it", async () => {
  const events: RunEvent[] = [];
  const { runtime, approval, runs, tenants, close } = await start({ tenant: "acme" });
  runtime.events.on("*", (event) => void events.push(event));
  await approval.execute({}, { runId: "r" });
  await approval.execute({}, { runId: "d", tenant: "default" });
  expect(runtime.use(RunStore).tenant).toBe("acme");
  expect((await runs.list()).map(({ runId }) => runId)).toEqual(["r"]);
  expect((await tenants.of("default").runs.list()).map(({ runId }) => runId)).toEqual(["d"]);
  const tenantsOf = (runId: string) => new Set(events.filter((event) => event.runId === runId).map((e) => e.tenant));
  expect([tenantsOf("r"), tenantsOf("d")]).toEqual([new Set(["acme"]), new Set([undefined])]);
  await close();
  await expect(start({ tenant: "No" })).rejects.toMatchObject({ code: "ICE_USAGE" });
});

test("closing releases the runs of every tenant", async () => {
  const { approval, tenants, close } = await start();
  const handles = ["acme", "beta"].map((tenant) => tenants.of(tenant).runs.start(approval, {}, { wait: true }));
  while ((await tenants.of("beta").tasks.list()).length === 0 || (await tenants.of("acme").tasks.list()).length === 0)
    await new Promise((resolve) => setImmediate(resolve));
  await close();
  for (const { result } of handles) expect((await result).status).toBe("cancelled");
});

test("a secret of one tenant is not sent for the blueprint of another", async () => {
  const seen: unknown[] = [];
  const fetching = defineTool({
    name: "fetching",
    takesSecrets: true,
    args: z.object({ url: z.string(), headers: z.record(z.string(), z.string()) }),
    run: ({ headers }) => {
      seen.push(headers);
      return {};
    },
  });
  const { runtime, close } = await start({
    tools: [fetching],
    secrets: { KEY: { env: "KEY", hosts: ["example.com"], tenants: ["acme"] } },
    env: { KEY: "of-acme-alone" },
  });
  const toolArgs = { url: "https://example.com/", headers: { "x-key": "secret://KEY" } };
  const workflow = new Workflow([{ id: "a", type: "tool", toolName: "fetching", toolArgs }], { name: "s", runtime });
  expect((await workflow.execute({}, { tenant: "acme" })).status).toBe("completed");
  expect(seen).toEqual([{ "x-key": "of-acme-alone" }]);
  for (const tenant of ["default", "beta"])
    expect((await workflow.execute({}, { tenant })).nodes["a"]?.error?.code).toBe("ICE_SECRET_DENIED");
  expect(seen).toHaveLength(1);
  await close();
});
