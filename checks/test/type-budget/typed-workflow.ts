export interface TypedWorkflowOptions {
  /** Nested ones included. */
  readonly nodes: number;
  /** The node of this number reads a field that does not exist. */
  readonly mistakeAt?: number;
}

/**
 * Source of a workflow in the typed builder, with typical chains: tools that read the inputs and the preceding tool,
 * conditions on nodes, loops, conditions and parallel branches. Nodes are named `n0`, `n1`, …, one a line.
 */
export function typedWorkflow({ nodes, mistakeAt }: TypedWorkflowOptions): string {
  const lines: string[] = [];
  let before: string | undefined;
  for (let turn = 0; lines.length < nodes; turn += 1) {
    const kind = kinds[turn % kinds.length]!;
    const { nodes: size, topLevel, source } = lines.length + kind.nodes > nodes || before === undefined ? tool : kind;
    const at = lines.length;
    const ids = Array.from({ length: size }, (_, index) => `n${at + index}`);
    const written = source(ids, before, (index) => (at + index === mistakeAt ? "oops" : "total"));
    lines.push(...written);
    if (topLevel) before = ids[0];
  }
  return [prelude, ...lines, `  .outputs((scope) => ({ last: scope.${before}.total }))`, "  .build();", ""].join("\n");
}

/** A workflow whose last node reads the output of one of many parallel branches. */
export function wideWorkflow({
  branches,
  mistake = false,
}: {
  readonly branches: number;
  readonly mistake?: boolean;
}): string {
  const list = Array.from(
    { length: branches },
    (_, index) =>
      `    (b) => b.tool("b${index}", price, ({ inputs }) => ({ cost: inputs.total, label: inputs.name })),`,
  );
  return [
    prelude,
    '  .parallel("wide", [',
    ...list,
    "  ])",
    `  .tool("last", price, ({ wide }) => ({ cost: wide.b${branches - 1}.${mistake ? "oops" : "total"}, label: wide.b0.label }))`,
    "  .build();",
    "",
  ].join("\n");
}

const prelude = `
import { defineTool } from "@ice/core";
import { cel, t, workflow } from "@ice/builder";
import { z } from "zod";

const price = defineTool({
  name: "price",
  args: z.object({ cost: z.number(), label: z.string(), tags: z.array(z.string()).optional() }),
  output: z.object({
    total: z.number(),
    label: z.string(),
    parts: z.array(z.object({ name: z.string(), total: z.number(), flags: z.object({ sold: z.boolean() }) })),
  }),
  run: ({ cost, label }) => ({ total: cost, label, parts: [] }),
});

export const blueprint = workflow("generated", { inputs: z.object({ total: z.number(), name: z.string() }) })`;

/** A kind of node, with its nested nodes. */
interface Kind {
  readonly nodes: number;
  /** Whether its output is that of the tool, which later nodes read. */
  readonly topLevel: boolean;
  /** A line per node. `before`: an earlier tool. `field`: the field that the node with this index reads. */
  readonly source: (ids: readonly string[], before: string | undefined, field: (index: number) => string) => string[];
}

const tool: Kind = {
  nodes: 1,
  topLevel: true,
  source: ([id], before = "inputs", field) => [
    `  .tool("${id}", price, ({ inputs, ${before}: from }) => ({ cost: from.${field(0)}, label: t\`${id} \${inputs.name}\` }))`,
  ],
};
const guarded: Kind = {
  nodes: 1,
  topLevel: true,
  source: ([id], before, field) => [
    `  .tool("${id}", price, ({ ${before}: from }) => ({ cost: from.parts[0]!.${field(0)}, label: from.label, tags: [from.label] }), { when: ({ ${before}: from }) => cel\`\${from.total} > 1\`, onError: "skip" })`,
  ],
};
const loop: Kind = {
  nodes: 2,
  topLevel: false,
  source: ([id, inner], before, field) => [
    `  .loop("${id}", ({ ${before}: from }) => from.${field(0) === "total" ? "parts" : "oops"}, (body) => body`,
    `    .tool("${inner}", price, ({ item, index }) => ({ cost: item.${field(1)}, label: t\`\${index} \${item.name}\` })))`,
  ],
};
const condition: Kind = {
  nodes: 3,
  topLevel: false,
  source: ([id, left, right], before, field) => [
    `  .condition("${id}", ({ ${before}: from }) => cel\`\${from.${field(0)}} > 1\`,`,
    `    { truePath: (then) => then.tool("${left}", price, ({ ${before}: from }) => ({ cost: from.${field(1)}, label: from.label })),`,
    `      falsePath: (otherwise) => otherwise.tool("${right}", price, ({ inputs }) => ({ cost: inputs.${field(2)}, label: inputs.name })) })`,
  ],
};
const parallel: Kind = {
  nodes: 3,
  topLevel: false,
  source: ([id, left, right], before, field) => [
    `  .parallel("${id}", [`,
    `    (b) => b.tool("${left}", price, ({ ${before}: from }) => ({ cost: from.${field(1)}, label: "left" })),`,
    `    (b) => b.tool("${right}", price, ({ inputs }) => ({ cost: inputs.${field(2)}, label: "right" }))${field(0) === "total" ? "" : ", 5"}])`,
  ],
};
const kinds: readonly Kind[] = [tool, guarded, loop, tool, condition, guarded, tool, parallel];
