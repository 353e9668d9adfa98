/**
 * Writes `src/prices/price-table.ts` from `@pydantic/genai-prices`: first `pnpm update @pydantic/genai-prices`, then
 * `pnpm refresh-prices`. Prices of text for `openai`, `anthropic` and `google`; for other providers the owner gives them.
 */
import { writeFileSync } from "node:fs";
import { findProvider, type ConditionalPrice, type MatchLogic, type ModelPrice } from "@pydantic/genai-prices";

const providers = ["openai", "anthropic", "google"];

/** Names that a clause matches, with `#` for a digit and `*` for anything. */
function namesOf(match: MatchLogic): string[] {
  const clause = match as Readonly<Record<string, unknown>>;
  if (typeof clause["equals"] === "string") return [clause["equals"]];
  if (typeof clause["starts_with"] === "string") return [`${clause["starts_with"]}*`];
  if (typeof clause["ends_with"] === "string") return [`*${clause["ends_with"]}`];
  if (typeof clause["contains"] === "string") return [`*${clause["contains"]}*`];
  if (Array.isArray(clause["or"])) return (clause["or"] as MatchLogic[]).flatMap(namesOf);
  // What such a clause excludes has an exact row of its own, which wins.
  if (Array.isArray(clause["and"]))
    return (clause["and"] as MatchLogic[]).filter((part) => !("regex" in part)).flatMap(namesOf);
  const regex = String(clause["regex"]);
  const digits = regex
    .replaceAll(/\\d\{(\d)\}/g, (_, count: string) => "#".repeat(Number(count)))
    .replaceAll(String.raw`\d`, "#");
  const name = digits.replace(/^\^/, "").replaceAll(String.raw`\.`, ".");
  const glob = name.endsWith("$") ? name.slice(0, -1) : `${name}*`;
  if (!/^[\w.:#*-]+$/.test(glob)) throw new Error(`no name for ${regex}: teach it to this script`);
  return [glob];
}

interface Tiers {
  readonly base: number;
  readonly tiers: readonly { readonly start: number; readonly price: number }[];
}

/** Undefined for models that are not paid by tokens of text, and for free ones. */
function numbersOf(price: ModelPrice): string | undefined {
  const fields = [price["input_mtok"], price["cache_read_mtok"] ?? price["input_mtok"], price["output_mtok"]];
  if (fields.includes(undefined)) return undefined;
  const tiers = fields.map((field) => (typeof field === "number" ? { base: field, tiers: [] } : (field as Tiers)));
  const start = tiers.flatMap((field) => field.tiers.map((tier) => tier.start))[0];
  const usual = tiers.map(({ base }) => base).join(" ");
  if (start === undefined) return usual;
  if (tiers.some((field) => field.tiers.length > 1)) throw new Error("more than one tier: teach it to this script");
  return `${usual} > ${start} ${tiers.map(({ base, tiers: [tier] }) => tier?.price ?? base).join(" ")}`;
}

/** The prices that hold today, and those that will. */
function datedPrices(prices: readonly ConditionalPrice[] | ModelPrice, today: string): [string, string][] {
  if (!Array.isArray(prices)) return entry(prices as ModelPrice, "");
  const dated = (prices as readonly ConditionalPrice[]).flatMap(({ constraint, prices }) =>
    constraint === undefined || "start_date" in constraint
      ? [{ from: constraint === undefined ? "" : constraint.start_date, prices }]
      : [],
  );
  const current = dated.filter(({ from }) => from <= today).at(-1);
  return [
    ...(current === undefined ? [] : entry(current.prices, "")),
    ...dated.filter(({ from }) => from > today).flatMap(({ from, prices }) => entry(prices, ` from ${from}`)),
  ];
}

function entry(price: ModelPrice, suffix: string): [string, string][] {
  const numbers = numbersOf(price);
  return numbers === undefined ? [] : [[numbers, suffix]];
}

const today = new Date().toISOString().slice(0, 10);
const tables = providers.map((id) => {
  const rows = findProvider({ providerId: id })!.models.flatMap(({ match, prices }) =>
    datedPrices(prices, today).map(([numbers, suffix]) => `${namesOf(match).join(" ")} = ${numbers}${suffix}`),
  );
  return `  ${id}: \`\n${rows.join("\n")}\n\`,\n`;
});
writeFileSync(
  new URL("../src/prices/price-table.ts", import.meta.url),
  `/**
 * USD for a million tokens: \`NAME NAME = INPUT CACHED OUTPUT [> TOKENS INPUT CACHED OUTPUT] [from DATE]\`. In names \`#\` is a digit and
 * \`*\` is anything; what stands behind \`>\` holds for all of a request with more tokens of input. From \`@pydantic/genai-prices\`
 * (MIT); written by \`scripts/refresh-prices.ts\`.
 */
export const priceTable = {
  date: "${today}",
${tables.join("")}};
`,
);
