import { IceError } from "@ice/core";

/** One finding about a request. */
export interface RequestIssue {
  /** JSON pointer into the body, or the name of a parameter. */
  readonly path: string;
  readonly message: string;
  readonly fix?: string | undefined;
}

/** The error for a request of another shape than its route expects. */
export const invalidRequest = (message: string, fix: string, issues?: readonly RequestIssue[]): IceError =>
  new IceError("ICE_REQUEST_INVALID", message, { fix, details: issues === undefined ? {} : { issues } });
