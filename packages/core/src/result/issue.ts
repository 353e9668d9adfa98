import type { IceErrorCode } from "../errors/codes.ts";

/** One issue of validation. All issues are reported at once, at most 100. */
export interface Issue {
  readonly code: IceErrorCode | (string & {});
  /** Errors make a blueprint invalid, warnings do not. */
  readonly severity: "error" | "warning";
  /** JSON pointer into the blueprint, to the value (`/nodes/2/dependencies/0`), or to the key of an unknown field. */
  readonly path: string;
  readonly nodeId?: string;
  readonly message: string;
  /** The next action, as an imperative. */
  readonly fix?: string;
  /** 1-based position in the file, if the blueprint was read from one. */
  readonly line?: number;
  readonly column?: number;
}
