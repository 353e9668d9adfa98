import type { ReactNode } from "react";
import type { ErrorRecord } from "../api/types.ts";
import { JsonText } from "../controls/json-text.tsx";
import { Marked } from "../controls/marked.tsx";

/** @param at - of the node that shows it: the path of the error is shown if it is another one. */
export const ErrorBox = ({ error, at }: { readonly error: ErrorRecord; readonly at?: string }): ReactNode => (
  <div className="error-box">
    <code>{error.code}</code>
    <span>
      <Marked text={error.message} />
    </span>
    {error.path !== undefined && error.path !== at && (
      <span className="meta">
        Cause in <code>{error.path}</code>
      </span>
    )}
    {error.details !== undefined && <JsonText value={error.details} name="details" />}
    {error.fix !== undefined && (
      <span className="fix">
        <strong>Fix</strong>
        <span>
          <Marked text={error.fix} />
        </span>
      </span>
    )}
  </div>
);
