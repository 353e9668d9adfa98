import { builtinNodes, defineNode } from "@ice/core";
import { expect, test } from "vitest";
import { z } from "zod";
import { cel, t } from "./templates.ts";
import { workflow } from "./workflow.ts";

const pick = defineNode({
  type: "pick",
  config: z.object({
    cases: z.array(z.object({ when: z.string(), value: z.unknown(), note: z.string().optional() })),
    limits: z.record(z.string(), z.number()).default({}),
    script: z.string().optional(),
  }),
  fields: {
    "cases[].when": { syntax: "expression" },
    "cases[].value": { syntax: "template" },
    "limits.*": { syntax: "expression" },
  },
});
const start = workflow("w", { inputs: z.object({ n: z.number() }) });

test("a reference becomes CEL in an expression and a template in a template, at any depth", () => {
  const { nodes } = start
    .node("p", pick, ({ inputs }) => ({
      cases: [
        { when: cel<string>`${inputs.n} > 5`, value: { text: t`${inputs.n} {{`, n: [inputs.n] } },
        { when: "true", value: "{{ literal }}", note: undefined },
      ],
      limits: { a: inputs.n, b: 2 },
      script: "{{ as it is }}",
    }))
    .build();
  expect(nodes).toEqual([
    {
      id: "p",
      type: "pick",
      cases: [
        { when: "inputs.n > 5", value: { text: '{{ inputs.n }} {{ "{{" }}', n: ["{{ inputs.n }}"] } },
        { when: "true", value: '{{ "{{" }} literal }}' },
      ],
      limits: { a: "inputs.n", b: 2 },
      script: "{{ as it is }}",
    },
  ]);
});

test("a map of expressions", () => {
  const { nodes } = start
    .node("w", builtinNodes.workflow, ({ inputs }) => ({
      workflowRef: "child",
      inputs: { n: inputs.n },
      exposedOutputs: { twice: cel<string>`output.n * 2`, same: "output.n" },
    }))
    .build();
  expect(nodes).toMatchObject([
    { inputs: { n: "{{ inputs.n }}" }, exposedOutputs: { twice: "output.n * 2", same: "output.n" } },
  ]);
});

test("a reference where the type takes plain data is refused", () => {
  const refused = expect.objectContaining({ code: "ICE_BLUEPRINT_SCHEMA" }) as unknown;
  expect(() => start.node("p", pick, ({ inputs }) => ({ cases: [], script: t`${inputs.n}` }))).toThrow(refused);
  expect(() =>
    start.node("p", pick, () => ({ cases: [{ when: "true", value: 1, note: cel<string>`inputs.n` }] })),
  ).toThrow(/`pick\.cases\[0\]\.note` is plain data/);
});
