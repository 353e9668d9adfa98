import {
  defineTool,
  HumanTaskService,
  NetworkCoordinatorFactory,
  WorkflowExecutionService,
  type NodeInput,
  type RegisteredBlueprint,
} from "@ice/core";
import { createTestRuntime } from "@ice/testing";
import { expect, test } from "vitest";
import { z } from "zod";
import { initializeOrchestrator, Workflow } from "../src/index.ts";
import { after, echo, fail, runNodes, statuses } from "./run-nodes.ts";

/** Names that every object inherits, and some that promises, JSON and collections look for. All of them are valid ids. */
const names = [
  "toString",
  "toLocaleString",
  "valueOf",
  "hasOwnProperty",
  "isPrototypeOf",
  "propertyIsEnumerable",
  "__defineGetter__",
  "__defineSetter__",
  "__lookupGetter__",
  "__lookupSetter__",
  "toJSON",
  "then",
  "length",
  "name",
  "get",
  "has",
  "size",
];

for (const id of names) {
  /** Tools and workflows begin with a letter. */
  const registered = id.startsWith("_") ? `t${id}` : id;

  test(`${id}: as the id of nodes that complete, are skipped, fail and are absorbed`, async () => {
    const completed = await runNodes([
      echo(id, { v: 1 }),
      echo("next", { a: `{{ ${id}.v }}`, b: `{{ nodes.${id}.v }}` }),
    ]);
    expect(completed.output).toEqual({ [id]: { v: 1 }, next: { a: 1, b: 1 } });
    const skipped = await runNodes([
      echo(id, {}, { when: "false" }),
      echo("any", {}, { ...after(id), join: "ended" }),
      { id: "c", type: "condition", expression: "true", truePath: [echo("t")], falsePath: [echo(`${id}2`)] },
    ]);
    expect(skipped.nodes[id]).toEqual({ type: "tool", status: "skipped", attempts: 0, skipReason: "whenFalse" });
    expect(Object.keys(skipped.nodes).toSorted()).toEqual([id, "any", "c", `c.${id}2`, "c.t"].toSorted());
    const failed = await runNodes([fail(id, { code: "E" }), echo("x", {}, after(id))]);
    expect(failed).toMatchObject({ status: "failed", error: { code: "E", path: id }, output: {} });
    expect(statuses(failed)).toEqual({ [id]: "failed", x: "skipped dependencyFailed" });
    const absorbed = await runNodes([fail(id, { code: "E" }, { onError: { output: { v: "{{ error.code }}" } } })]);
    expect(absorbed.output).toEqual({ [id]: { v: "E" } });
  });

  test(`${id}: as the name of inputs, arguments, outputs, iteration variables and fields`, async () => {
    const child: RegisteredBlueprint = {
      schemaVersion: "ice/v1",
      name: registered,
      inputs: {
        type: "object",
        properties: { [id]: { type: "integer" } },
        required: [id],
        additionalProperties: false,
      },
      nodes: [echo("inner", { [id]: `{{ inputs.${id} }}` })],
      outputs: { [id]: `{{ inner.${id} }}` },
    } as never;
    const result = await runNodes(
      [
        echo("args", { [id]: `{{ inputs.${id} }}` }),
        {
          id: "sub",
          type: "workflow",
          workflowRef: registered,
          inputs: { [id]: 3 },
          exposedOutputs: { [id]: `output.${id}` },
        },
        {
          id: "each",
          type: "loop",
          itemsSource: "[1, 2]",
          itemVar: id,
          body: [echo("one", { [id]: `{{ ${id} + 1 }}` })],
          itemOutput: { [id]: `{{ one.${id} }}` },
        } as NodeInput,
        {
          id: "numbered",
          type: "loop",
          itemsSource: "[7]",
          indexVar: id,
          body: [echo("at", { v: `{{ ${id} }}` })],
        } as NodeInput,
        { id: "both", type: "parallel", branches: [[echo(id, { v: 1 })], [echo(`${id}2`, {}, { when: "false" })]] },
      ],
      {
        inputs: { [id]: 2 },
        start: { workflows: [child] },
        outputs: {
          [id]: `{{ args.${id} }}`,
          sub: "{{ sub }}",
          each: "{{ each }}",
          numbered: "{{ numbered }}",
          both: "{{ both }}",
        },
      } as never,
    );
    expect(result.error).toBeUndefined();
    expect(result.output).toEqual({
      [id]: 2,
      sub: { [id]: 3 },
      each: [{ [id]: 2 }, { [id]: 3 }],
      numbered: [{ v: 0 }],
      both: { [id]: { v: 1 } },
    });
    expect(statuses(result)[`both.${id}2`]).toBe("skipped whenFalse");
  });

  test(`${id}: what is not there is not found in an object's prototype`, async () => {
    const absent = await runNodes([
      echo("a", { v: `{{ has(inputs.${id}) }}` }),
      echo("b", { v: `{{ inputs.${id} }}` }),
    ]);
    expect(absent.nodes["a"]).toMatchObject({ output: { v: false } });
    expect(absent.nodes["b"]).toMatchObject({ status: "failed", error: { code: "ICE_EXPRESSION_FAILED" } });
    const ice = await createTestRuntime(initializeOrchestrator, {});
    const issuesOf = (node: object): string[] =>
      new Workflow([node as NodeInput], { name: "w", runtime: ice.runtime }).issues().map(({ code }) => code);
    expect(issuesOf({ id: "a", type: "tool", toolName: id })).toEqual(["ICE_TOOL_UNKNOWN"]);
    expect(issuesOf({ id: "a", type: id })).toEqual(["ICE_NODE_TYPE_UNKNOWN"]);
    expect(issuesOf({ id: "a", type: "workflow", workflowRef: id })).toEqual(["ICE_WORKFLOW_UNKNOWN"]);
    expect(issuesOf({ id: "a", type: "agent", package: id, input: "x" })).toEqual(["ICE_AGENT_UNKNOWN"]);
    expect(issuesOf(echo("a", {}, after(id)))).toEqual(["ICE_DEPENDENCY_UNKNOWN"]);
    expect(issuesOf(echo("a", {}, { [id]: 1 }))).toEqual(["ICE_BLUEPRINT_SCHEMA"]);
    await ice.close();
  });

  test(`${id}: as the path of a request and of what a resume finds, as a tool, and as a workflow of a network`, async () => {
    const tool = defineTool({
      name: registered,
      args: z.strictObject({ [id]: z.number() }),
      run: (args: Record<string, number>) => ({ [id]: args[id]! }),
    } as never);
    const ice = await createTestRuntime(initializeOrchestrator, {
      tools: [tool],
      workflows: [{ schemaVersion: "ice/v1", name: "no", nodes: [fail("f")] } as never],
    });
    const workflow = new Workflow(
      [
        echo("skipped", {}, { when: "false" }),
        { id, type: "human", promptMessage: "?", approvalType: "approval" } as NodeInput,
        { id: "t", type: "tool", toolName: registered, toolArgs: { [id]: 5 }, dependencies: [id] } as NodeInput,
      ],
      { name: "w", runtime: ice.runtime },
    );
    const suspended = await ice.clock.runUntil(workflow.execute({}, { runId: "r" }));
    expect(suspended.waiting).toMatchObject([{ path: id }]);
    await ice.runtime.use(HumanTaskService).respond("r", id, { approved: true });
    const resumed = await ice.clock.runUntil(ice.runtime.use(WorkflowExecutionService).resume("r"));
    expect(resumed.output).toMatchObject({ [id]: { approved: true }, t: { [id]: 5 } });
    expect(await ice.runtime.use(WorkflowExecutionService).show("r")).toMatchObject({ output: resumed.output });
    const network = ice.runtime.use(NetworkCoordinatorFactory).create({
      schemaVersion: "ice-network/v1",
      name: "n",
      workflows: [
        { id: "a", ref: "no" },
        { id, ref: "no", after: ["a"] },
      ],
    });
    const { workflows } = await ice.clock.runUntil(network.run({ runId: "net" }));
    expect(workflows[id]).toEqual({ status: "skipped", skipReason: "dependencyFailed" });
    await ice.close();
  });
}
