import { z } from "zod";
import { nodeListSchema } from "./base.ts";
import { defineNode } from "./define-node.ts";

const caseSchema = z.strictObject({
  when: z.string().describe("CEL boolean. Cases after the first true one are not evaluated."),
  path: nodeListSchema.describe("Nodes that run when this case is chosen; a DAG."),
  name: z.string().min(1).max(200).optional().describe("Name of the case in the output. Default: its index as text."),
});

/** The name of what runs when no case is true. */
const otherwise = "otherwise";

/** The name of a case in the output. */
export const caseName = ({ name }: { readonly name?: string | undefined }, index: number): string =>
  name ?? String(index);

export const switchNode = defineNode({
  type: "switch",
  description:
    "Runs the path of the first case whose condition is true, else `otherwise`. The nodes of the other paths are skipped (`branchNotTaken`).",
  config: z.object({
    cases: z.array(caseSchema).min(1).max(1000).describe("The cases, tried in order. At most 1,000."),
    otherwise: nodeListSchema.optional().describe("Nodes that run when no case is true; a DAG."),
  }),
  declares: z.object({
    case: z
      .string()
      .nullable()
      .describe("Name of the case that ran, `otherwise`, or null when none was true and there is no `otherwise`."),
    output: z.unknown().describe("Output of the last node of that path; null for an empty path, or without one."),
    nodes: z.record(z.string(), z.unknown()).describe("Node id → output of that path."),
  }),
  sideEffects: "none",
  caches: false,
  holdsSlot: false,
  fields: { "cases[].when": { syntax: "expression", result: "boolean", phase: "lazy" } },
  refine: (node) => {
    const names = node.cases.map(caseName);
    const repeated = names.find((name, index) => names.indexOf(name) < index);
    if (repeated !== undefined) return [{ field: "cases", message: `two cases have the name "${repeated}"` }];
    return names.includes(otherwise)
      ? [
          {
            field: "cases",
            message: `no case can have the name "${otherwise}", which stands for the field of that name`,
          },
        ]
      : [];
  },
  children: ({ cases, otherwise: nodes }) => [
    ...cases.map(({ name, when, path }, index) => ({
      key: `cases.${index}`,
      keys: ["cases", index, "path"],
      label: name ?? when,
      nodes: path,
      locals: [],
    })),
    ...(nodes === undefined ? [] : [{ key: otherwise, keys: [otherwise], nodes, locals: [] }]),
  ],
});
