import { inChild } from "../in-child.ts";
import { atMost, type Row, type RowReport, type Thoroughness } from "../report/row.ts";
import { median } from "../statistics.ts";
import type { ValidateTimes } from "../tasks/validate.ts";

const blueprints = {
  nodes: "10,000 nodes, YAML",
  nodesInJson: "10,000 nodes, JSON",
  keys: "50,000 keys, YAML",
} as const;
type Blueprint = keyof typeof blueprints;
const names = Object.keys(blueprints) as Blueprint[];

/** The time to read and validate large blueprints: in a new process, as a command does, and in a warm one. */
export const validate: Row = { name: "validate", measure };

async function measure({ processes, effort }: Thoroughness): Promise<RowReport> {
  const figures: Record<Blueprint, ValidateTimes[]> = { nodes: [], nodesInJson: [], keys: [] };
  for (let process = 0; process < Math.max(processes, 5); process += 1)
    for (const blueprint of names) figures[blueprint].push(await inChild("validate", { blueprint, ...effort }));
  const first = (blueprint: Blueprint, what: "parse" | "validate"): number =>
    median(figures[blueprint].map(({ firstMs }) => firstMs[what]));
  const warm = (blueprint: Blueprint, what: "parse" | "validate"): number =>
    median(figures[blueprint].flatMap(({ warmMs }) => warmMs[what]));
  const ms = (value: number): string => `${value.toFixed(0)} ms`;
  return {
    tables: [
      {
        head: ["", "parse, first", "validate, first", "parse, warm", "validate, warm"],
        rows: names.map((name) => [
          blueprints[name],
          ...[first(name, "parse"), first(name, "validate"), warm(name, "parse"), warm(name, "validate")].map(ms),
        ]),
      },
    ],
    verdicts: [
      atMost("10,000 nodes: validate, warm", 300, warm("nodes", "validate"), { unit: " ms", digits: 0 }),
      atMost("10,000 nodes: validate, first", 300, first("nodes", "validate"), { unit: " ms", digits: 0 }),
      atMost("50,000 keys: parse and validate, warm", 250, warm("keys", "parse") + warm("keys", "validate"), {
        unit: " ms",
        digits: 0,
      }),
      atMost("50,000 keys: parse and validate, first", 250, first("keys", "parse") + first("keys", "validate"), {
        unit: " ms",
        digits: 0,
      }),
    ],
    figures,
  };
}
