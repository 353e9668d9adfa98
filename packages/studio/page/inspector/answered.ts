import type { Json, NodeDetail } from "../api/types.ts";

/** Who answered a request, and what. */
export interface Answered {
  /** `kim approved`. */
  readonly text: string;
  readonly at: number;
  /** What was chosen or entered. */
  readonly answer: Json | undefined;
}

/** The answer in the output of a `human` node; undefined without one, or if the output is another one. */
export function answeredOf({ type, output }: Pick<NodeDetail, "type" | "output">): Answered | undefined {
  if (type !== "human" || typeof output !== "object" || output === null || Array.isArray(output)) return undefined;
  const { respondedBy, respondedAt, approved, choice, response } = output as Readonly<Record<string, Json>>;
  if (typeof respondedAt !== "number") return undefined;
  const who = typeof respondedBy === "string" ? respondedBy : "Someone";
  const answer = choice ?? response ?? undefined;
  const verb = answer === undefined ? (approved === true ? "approved" : "rejected") : choice ? "chose" : "answered";
  return { text: `${who} ${verb}`, at: respondedAt, answer };
}
