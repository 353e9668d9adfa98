import { toPointer } from "../json/json-pointer.ts";
import type { Issue } from "./issue.ts";

/** Most issues that are reported at once. */
const maxIssues = 100;

/** What an issue says; the place is given apart. */
export type Finding = Omit<Issue, "severity" | "path"> & { readonly severity?: Issue["severity"] };

/** Collects the issues of one blueprint. */
export class IssueList {
  readonly #issues: Issue[] = [];
  #more = 0;

  add(pointer: string, { severity = "error", ...finding }: Finding): void {
    if (this.#issues.length >= maxIssues) this.#more += 1;
    else this.#issues.push({ severity, path: pointer, ...finding });
  }

  /** Adds an issue below a pointer. */
  at(pointer: string, path: readonly (string | number)[], finding: Finding): void {
    this.add(pointer + toPointer(path), finding);
  }

  get hasErrors(): boolean {
    return this.#issues.some(({ severity }) => severity === "error");
  }

  /** In the order in which they were found; a last one says how many more there are. */
  list(): readonly Issue[] {
    if (this.#more === 0) return this.#issues;
    const more: Issue = {
      code: "ICE_BLUEPRINT_INVALID",
      severity: "error",
      path: "",
      message: `${this.#more} more issues are not shown`,
      fix: "mend these first",
    };
    return [...this.#issues, more];
  }
}
