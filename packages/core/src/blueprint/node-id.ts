import { shorten } from "../errors/shorten.ts";
import { celReservedWords } from "../expression/reserved-words.ts";

/** Names that every expression can use, and reserved words of JavaScript. */
const ofTheLanguage = ["inputs", "nodes", "run", "workflow", "secrets", "__proto__", "constructor", "prototype"];
/** Names that node types bind for their children, and for single fields. */
const ofLists = ["item", "index", "iteration", "state", "error"];
const ofFields = ["metrics", "output"];

const reserved: ReadonlySet<string> = new Set([...ofTheLanguage, ...ofLists, ...ofFields]);

/** The problem of a node id, in words; undefined if it is valid. */
export function validateNodeId(id: string): string | undefined {
  if (!/^[A-Za-z_][A-Za-z0-9_]{0,63}$/.test(id))
    return "is not an identifier: letters, digits and `_`, not starting with a digit, at most 64";
  if (reserved.has(id)) return "is reserved: expressions use it for something else";
  return celReservedWords.has(id) ? "is a word of the expression language" : undefined;
}

/** The nearest valid id: `n1` for 1, `my_step` for "my-step", `inputs_1` for the reserved "inputs". */
export function idLike(given: unknown): string {
  const text = typeof given === "object" ? "" : shorten(String(given), 200);
  const plain = text
    .normalize("NFKD")
    .replaceAll(/\p{M}/gu, "")
    .replaceAll(/[^A-Za-z0-9_]+/g, "_");
  const trimmed = plain.replace(/^_+/, "").slice(0, 60).replace(/_+$/, "");
  const id = /^[A-Za-z]/.test(trimmed) ? trimmed : `n${trimmed || "1"}`;
  return validateNodeId(id) === undefined ? id : `${id}_1`;
}

/** The problem of a local name, of a child group or a single field. Names that node types reserve for this are valid. */
export function validateLocalName(name: string, place: "list" | "field"): string | undefined {
  return ofLists.includes(name) || (place === "field" && ofFields.includes(name)) ? undefined : validateNodeId(name);
}
