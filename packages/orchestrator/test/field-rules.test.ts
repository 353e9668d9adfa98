import { defineNode, registerNode } from "@ice/core";
import { expect, test } from "vitest";
import { z } from "zod";
import { echo, runNodes, type Setup } from "./run-nodes.ts";

/** Gives the label of the first case that holds, and what it does not evaluate stays as it is. */
const choose = defineNode({
  type: "choose",
  config: z.object({
    cases: z.array(z.strictObject({ when: z.string(), label: z.unknown(), note: z.string().default("") })),
    limits: z.record(z.string(), z.unknown()).default({}),
  }),
  sideEffects: "none",
  fields: {
    "cases[].when": { syntax: "expression", result: "boolean", phase: "lazy", locals: ["row"] },
    "cases[].label": { syntax: "template" },
    "limits.*": { syntax: "expression" },
  },
});

const run = (fields: object, options: Setup = {}) =>
  runNodes([echo("a", { n: 2 }), { id: "c", type: "choose", ...fields } as never], {
    before: {
      before: (runtime) =>
        registerNode(
          choose,
          ({ config, evaluate }) => {
            const at = config.cases.findIndex((_, index) => evaluate(`cases[${index}].when`, { row: 2 }) === true);
            return { at, ...config };
          },
          { runtime },
        ),
    },
    ...options,
  });

test("values inside a field are evaluated: eager ones before the attempt, lazy ones by their path", async () => {
  const cases = [
    { when: "a.n > row", label: "{{ a.n }}", note: "{{ a.n }}" },
    { when: "a.n == row", label: { text: "it is {{ a.n }}", plain: [1] } },
  ];
  const { output } = await run({ cases, limits: { x: "a.n * 10", y: "'t'" } });
  expect(output["c"]).toEqual({
    at: 1,
    cases: [
      { when: "a.n > row", label: 2, note: "{{ a.n }}" },
      { when: "a.n == row", label: { text: "it is 2", plain: [1] }, note: "" },
    ],
    limits: { x: 20, y: "t" },
  });
});

test("an error in one of them names its position", async () => {
  const { error } = await run({ cases: [{ when: "a.n", label: 1 }] });
  expect(error).toMatchObject({
    code: "ICE_EXPRESSION_FAILED",
    message: expect.stringMatching(/`cases\[0\]\.when` must return a boolean/),
  });
  const { error: inside } = await run({ cases: [{ when: "true", label: "{{ a.nothing }}" }] });
  expect(inside).toMatchObject({ code: "ICE_EXPRESSION_FAILED", path: "c" });
});

test("many values inside a field are evaluated in turns", async () => {
  const cases = Array.from({ length: 2000 }, (_, index) => ({ when: "false", label: `{{ a.n + ${index} }}` }));
  const { output } = await run({ cases });
  const { cases: given } = output["c"] as { cases: { label: number }[] };
  expect(given.map(({ label }) => label)).toEqual(cases.map((_, index) => index + 2));
});
