import type { ModelTokens } from "@ice/core";
import type { ModelName } from "../options/model-name.ts";
import type { ModelsOptions, Price } from "../options/models-options.ts";
import { priceTable } from "./price-table.ts";

export type Cost = (tokens: ModelTokens) => number;

/** The price of requests to a model: as configured by the owner for the model or its provider, otherwise from the table. */
export function costOf(
  model: string,
  { provider, id }: ModelName,
  prices: ModelsOptions["prices"],
  nowMs: number,
): Cost | undefined {
  const own = priceAt(prices, model) ?? priceAt(prices, `${provider}/*`);
  if (own !== undefined) return typeof own === "function" ? own : linear(own);
  const row = rowOf(provider, id, nowMs);
  if (row === undefined) return undefined;
  const { above, longer } = row;
  const [usual, long] = [linear(row), longer === undefined ? undefined : linear(longer)];
  return long === undefined ? usual : (tokens) => (tokens.inputTokens > above! ? long : usual)(tokens);
}

const priceAt = (prices: ModelsOptions["prices"], name: string) =>
  prices !== undefined && Object.hasOwn(prices, name) ? prices[name] : undefined;

const linear =
  ({ input, output, cachedInput = input }: Price): Cost =>
  ({ inputTokens, cachedInputTokens, outputTokens }) =>
    ((inputTokens - cachedInputTokens) * input + cachedInputTokens * cachedInput + outputTokens * output) / 1e6;

/** A row of the table. */
interface Row extends Price {
  /** Names with `#` for a digit and `*` for anything. */
  readonly names: readonly string[];
  /** Epoch milliseconds from which it applies. */
  readonly fromMs: number;
  /** Input tokens beyond which `longer` applies to the whole request. */
  readonly above?: number | undefined;
  readonly longer?: Price | undefined;
}

const parsed = new Map<string, readonly Row[]>();

/** The row with the longest matching name, an exact one first; of several dates the latest in the past. */
function rowOf(provider: string, id: string, nowMs: number): Row | undefined {
  let best: { readonly row: Row; readonly score: number } | undefined;
  for (const row of rowsOf(provider)) {
    if (row.fromMs > nowMs) continue;
    for (const name of row.names) {
      if (!fits(name, id)) continue;
      const score = name === id ? Infinity : name.length;
      if (best === undefined || score > best.score || (score === best.score && row.fromMs >= best.row.fromMs))
        best = { row, score };
    }
  }
  return best?.row;
}

function rowsOf(provider: string): readonly Row[] {
  const { date: _, ...tables } = priceTable;
  if (!Object.hasOwn(tables, provider)) return [];
  let rows = parsed.get(provider);
  if (rows === undefined) {
    rows = tables[provider as keyof typeof tables].trim().split("\n").map(parseRow);
    parsed.set(provider, rows);
  }
  return rows;
}

/** `NAME NAME = INPUT CACHED OUTPUT [> TOKENS INPUT CACHED OUTPUT] [from DATE]`. */
function parseRow(line: string): Row {
  const [names, usual, above, longer, from] =
    /^(.+) = ([\d. ]+?)(?: > (\d+) ([\d. ]+?))?(?: from (\S+))?$/.exec(line)?.slice(1) ?? [];
  return {
    names: names!.split(" "), // the script writes no other lines
    ...priceFrom(usual!),
    fromMs: from === undefined ? -Infinity : Date.parse(from),
    above: Number(above),
    longer: longer === undefined ? undefined : priceFrom(longer),
  };
}

function priceFrom(numbers: string): Price {
  const [input, cachedInput, output] = numbers.split(" ").map(Number) as [number, number, number];
  return { input, cachedInput, output };
}

function fits(pattern: string, id: string): boolean {
  if (!/[#*]/.test(pattern)) return pattern === id;
  const source = pattern.replaceAll(/[.+?^${}()|[\]\\]/g, String.raw`\$&`).replaceAll("#", String.raw`\d`);
  return new RegExp(`^${source.replaceAll("*", ".*")}$`).test(id);
}
