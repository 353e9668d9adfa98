import { HumanTaskService, ToolExecutionService, type NodeInput } from "@ice/core";
import { createTestRuntime } from "@ice/testing";
import { expect, test } from "vitest";
import { initializeOrchestrator, Workflow } from "../src/index.ts";
import { after, echo, fail, runNodes } from "./run-nodes.ts";

const start = { limits: { outputBytes: 1000 } };
const long = "x".repeat(400);
const twice = (id: string, of: string) => echo(id, { both: [`{{ ${of} }}`, `{{ ${of} }}`] });

test("values that multiply by reference end at the bound, quickly", async () => {
  const chain = Array.from({ length: 60 }, (_, at) =>
    at === 0 ? echo("n0", { text: "laugh" }) : echo(`n${at}`, { l: Array<string>(10).fill(`{{ n${at - 1} }}`) }),
  );
  const { error, nodes } = await runNodes(chain);
  expect(error).toMatchObject({ code: "ICE_OUTPUT_LIMIT", path: "n7" });
  expect(nodes["n6"]).toMatchObject({ status: "completed" });
});

test.each<[string, NodeInput[], string]>([
  ["arguments of a tool", [echo("a", { long }), twice("b", "a"), twice("c", "b")], "b.c"],
  ["the outputs of a loop", [{ id: "l", type: "loop", itemsSource: "range(3)", body: [echo("i", { long })] }], "l"],
  [
    "merged branches",
    [{ id: "p", type: "parallel", branches: ["x", "y", "z"].map((id) => [echo(id, { long })]) }],
    "p",
  ],
  [
    "the path of a condition",
    [{ id: "c", type: "condition", expression: "true", truePath: ["x", "y", "z"].map((id) => echo(id, { long })) }],
    "c",
  ],
  [
    "the output of onError",
    [echo("a", { long }), fail("f", {}, { onError: { output: ["{{ a }}", "{{ a }}", "{{ a }}"] }, ...after("a") })],
    "f",
  ],
])("%s are bounded", async (_name, nodes, path) => {
  const { status, error } = await runNodes(nodes, { start });
  expect(status).toBe("failed");
  expect(error).toMatchObject({ code: "ICE_OUTPUT_LIMIT", path: path.split(".").at(-1) });
});

test("it is not retried, and onError absorbs it like any failure", async () => {
  const retryPolicy = { maxAttempts: 3, backoffSeconds: 1 };
  const { nodes, status } = await runNodes(
    [{ ...echo("a", { long: long + long + long }), retryPolicy, onError: "skip" } as NodeInput],
    { start },
  );
  expect(status).toBe("completed");
  expect(nodes["a"]).toMatchObject({ status: "skipped", attempts: 1, error: { code: "ICE_OUTPUT_LIMIT" } });
});

test("outputs of a run are bounded, declared or not, and nodes keep theirs", async () => {
  const nodes = ["a", "b", "c"].map((id) => echo(id, { long }));
  const refused = { status: "failed", error: { code: "ICE_OUTPUT_LIMIT", path: "outputs" }, output: {} };
  const undeclared = await runNodes(nodes, { start });
  expect(undeclared).toMatchObject(refused);
  expect(undeclared.nodes["c"]).toMatchObject({ status: "completed", output: { long } });
  const outputs = { a: "{{ a }}", b: "{{ b }}", c: "{{ c }}" };
  expect(await runNodes(nodes, { start, outputs })).toMatchObject(refused);
  expect(await runNodes(nodes, { start, outputs: { a: "{{ a.long }}" } })).toMatchObject({ output: { a: long } });
});

test("the owner raises the bound", async () => {
  const nodes = [echo("a", { long }), twice("b", "a"), twice("c", "b")];
  expect((await runNodes(nodes, { start: { limits: { outputBytes: 10_000 } } })).status).toBe("completed");
});

test("answers of people and results of tools are bounded", async () => {
  const { runtime, clock, close } = await createTestRuntime(initializeOrchestrator, start);
  const ask: NodeInput = { id: "ask", type: "human", promptMessage: "?", approvalType: "input" };
  const { runId } = await clock.runUntil(new Workflow([ask], { name: "w", runtime }).execute());
  const tasks = runtime.use(HumanTaskService);
  const refusal = { code: "ICE_OUTPUT_LIMIT" };
  await expect(tasks.respond(runId, "ask", { response: long.repeat(3) })).rejects.toMatchObject(refusal);
  await expect(tasks.respond(runId, "ask", { response: long })).resolves.toMatchObject({ accepted: true });
  const tools = runtime.use(ToolExecutionService);
  await expect(tools.execute("echo", { long: long.repeat(3) })).rejects.toMatchObject(refusal);
  await close();
});
