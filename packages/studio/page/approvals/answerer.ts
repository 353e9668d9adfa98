import type { Me, Task } from "../api/types.ts";

/** In whose name a session can answer a request. */
export type Answerer =
  | { readonly kind: "self" }
  /** The session is not among those who were asked, but may answer for one of them. */
  | { readonly kind: "for"; readonly people: readonly string[] }
  | { readonly kind: "none"; readonly people: readonly string[] };

export function answererOf({ assignees }: Pick<Task, "assignees">, { name, scopes }: Me): Answerer {
  if (assignees.length === 0 || assignees.includes(name)) return { kind: "self" };
  return { kind: scopes.includes("act-as") ? "for" : "none", people: assignees };
}
