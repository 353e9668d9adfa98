import { idLike, validateLocalName, validateNodeId } from "../blueprint/node-id.ts";
import { shorten } from "../errors/shorten.ts";
import type { DraftContext } from "./draft-context.ts";

/** A context in which ids are taken. */
type NamingContext = Pick<DraftContext, "issues" | "terms"> & { readonly taken: TakenIds };

/** Ids that a new node may not have: those of its own list, of sibling groups, and of enclosing scopes, with their pointers. */
export class TakenIds {
  readonly #own = new Map<string, string>();
  readonly #outer: TakenIds | undefined;

  constructor(outer?: TakenIds) {
    this.#outer = outer;
  }

  pointerOf(id: string): string | undefined {
    return this.#own.get(id) ?? this.#outer?.pointerOf(id);
  }

  /** The first of two equal ids is kept. */
  add(id: string, pointer: string): void {
    if (this.pointerOf(id) === undefined) this.#own.set(id, pointer);
  }
}

/** Reports an id that is not valid or is taken. */
export function checkId(id: unknown, at: string, { issues, taken, terms }: NamingContext): void {
  if (typeof id !== "string") return;
  const problem = validateNodeId(id);
  if (problem !== undefined)
    issues.add(`${at}/id`, {
      code: "ICE_NODE_ID_INVALID",
      nodeId: id,
      message: `the id "${shorten(id)}" ${problem}`,
      fix: `write a valid id: \`id: ${idLike(id)}\``,
    });
  else if (taken.pointerOf(id) !== undefined)
    issues.add(`${at}/id`, {
      code: "ICE_NODE_ID_DUPLICATE",
      nodeId: id,
      message: `the id "${shorten(id)}" is already used by the ${terms.node} at ${taken.pointerOf(id)}`,
      fix: "give one of the two another id",
    });
}

/** Reports a local name that is not valid, or is the id of a visible node. */
export function checkLocal(
  name: string,
  where: "list" | "field",
  { pointer, nodeId }: { readonly pointer: string; readonly nodeId: string },
  { issues, taken }: NamingContext,
): void {
  const problem =
    validateLocalName(name, where) ??
    (taken.pointerOf(name) !== undefined ? "is the id of a node that is visible there" : undefined);
  if (problem !== undefined)
    issues.add(pointer, {
      code: "ICE_NODE_ID_INVALID",
      nodeId,
      message: `the name "${shorten(name)}" ${problem}`,
      fix: `choose another name, as in \`${idLike(name)}\``,
    });
}
