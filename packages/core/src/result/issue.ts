import type { IceErrorCode } from "../errors/codes.ts";

/** One finding of validation. Issues are data: all of them are reported at once, at most 100. */
export interface Issue {
  readonly code: IceErrorCode | (string & {});
  /** Errors make a blueprint invalid, warnings do not. */
  readonly severity: "error" | "warning";
  /** JSON pointer into the blueprint, to the value (`/nodes/2/dependencies/0`); for an unknown field to its key. */
  readonly path: string;
  readonly nodeId?: string;
  readonly message: string;
  /** The next action, in words. */
  readonly fix?: string;
  /** 1-based position in the file, when the blueprint came from one. */
  readonly line?: number;
  readonly column?: number;
}
