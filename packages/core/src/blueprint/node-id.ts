import { shorten } from "../errors/shorten.ts";
import { celReservedWords } from "../expression/reserved-words.ts";

/** What every expression sees, and what JavaScript does not let be the name of a value. */
const ofTheLanguage = ["inputs", "nodes", "run", "workflow", "secrets", "__proto__", "constructor", "prototype"];
/** Names that types of nodes bind for what is in them: for lists of nodes, and for single fields. */
const ofLists = ["item", "index", "iteration", "state"];
const ofFields = ["error", "metrics", "output"];

const reserved: ReadonlySet<string> = new Set([...ofTheLanguage, ...ofLists, ...ofFields]);

/** What is wrong with a node id, in words; undefined when it is one. */
export function validateNodeId(id: string): string | undefined {
  if (!/^[A-Za-z_][A-Za-z0-9_]{0,63}$/.test(id))
    return "is not an identifier: letters, digits and `_`, not starting with a digit, at most 64";
  if (reserved.has(id)) return "is reserved: expressions use it for something else";
  return celReservedWords.has(id) ? "is a word of the expression language" : undefined;
}

/** The nearest id to what is none: `n1` for 1, `my_step` for "my-step", `inputs_1` for the reserved "inputs". */
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

/** What is wrong with a name that the nodes of a list see, or only one field. Those that are kept for it are fine. */
export function validateLocalName(name: string, place: "list" | "field"): string | undefined {
  return ofLists.includes(name) || (place === "field" && ofFields.includes(name)) ? undefined : validateNodeId(name);
}
