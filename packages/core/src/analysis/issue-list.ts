import { shorten } from "../errors/shorten.ts";
import { toPointer, type Keys } from "../json/json-pointer.ts";
import type { Issue } from "../result/issue.ts";

/** Maximum number of issues that are reported at once. */
const maxIssues = 100;
/** Messages and fixes shorten the values they repeat; this bounds the message of a plugin's schema too. */
const maxWords = 2000;
const maxKey = 200;

/** Text, or a function that creates it. Finding a suggestion takes time, and is done only for issues that are shown. */
type Words = string | (() => string);

/** The content of an issue, without its position. */
export interface Finding extends Omit<Issue, "severity" | "path" | "nodeId" | "message" | "fix"> {
  readonly severity?: Issue["severity"] | undefined;
  readonly nodeId?: string | undefined;
  readonly message: Words;
  readonly fix?: Words | undefined;
}

/** Runs a search at the first call, for message and fix of one finding. */
export function once<T>(find: () => T): () => T {
  let found: { readonly value: T } | undefined;
  return () => (found ??= { value: find() }).value;
}

/** Collects the issues of one blueprint. */
export class IssueList {
  readonly #issues: Issue[] = [];
  readonly #found = { error: 0, warning: 0 };

  add(pointer: string, finding: Finding): void {
    this.at(pointer, [], finding);
  }

  /** Adds an issue below a pointer. Beyond the hundredth it is only counted. */
  at(pointer: string, keys: Keys, { severity = "error", message, fix, nodeId, ...finding }: Finding): void {
    if ((this.#found[severity] += 1) > maxIssues) return;
    const action = fix === undefined ? "" : inWords(fix);
    this.#issues.push({
      ...finding,
      severity,
      path: shortPointer(pointer + toPointer(keys)),
      ...(nodeId !== undefined && { nodeId: shorten(nodeId) }),
      message: inWords(message),
      ...(action !== "" && { fix: action }),
    });
  }

  get hasErrors(): boolean {
    return this.#found.error > 0;
  }

  /**
   * At most 100, in the order in which they were found. When there are more, errors go before warnings, and the last one says
   * how many are not shown.
   */
  list(): readonly Issue[] {
    const { error, warning } = this.#found;
    if (error + warning <= maxIssues) return this.#issues;
    const room = { error: Math.min(error, maxIssues - 1), warning: Math.max(0, maxIssues - 1 - error) };
    const shown = this.#issues.filter(({ severity }) => (room[severity] -= 1) >= 0);
    const more: Issue = {
      code: "ICE_BLUEPRINT_INVALID",
      severity: error > 0 ? "error" : "warning",
      path: "",
      message: `${error + warning - shown.length} more issues are not shown`,
      fix: "correct these first",
    };
    return [...shown, more];
  }
}

const inWords = (words: Words): string => shorten(typeof words === "string" ? words : words(), maxWords);

/** A pointer with long keys removed: it leads to the container of the key. */
const shortPointer = (pointer: string): string =>
  pointer.length <= maxKey
    ? pointer
    : pointer
        .split("/")
        .map((key) => shorten(key, maxKey))
        .join("/");

/** A sentence of an error as issues say it. */
export const inside = (sentence: string): string =>
  `${sentence[0]!.toLowerCase()}${sentence.slice(1).replace(/\.$/, "")}`;
