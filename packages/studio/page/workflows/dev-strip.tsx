import type { EditedFile } from "@ice/client";
import type { ReactNode } from "react";
import { Button } from "../controls/controls.tsx";
import { StateIcon } from "../controls/icons.tsx";
import { Marked } from "../controls/marked.tsx";
import { plural } from "../format/format.ts";

/** @param isShown - whether the graph is on the page. */
const stale = (isShown: boolean): string => `${isShown ? "this graph and " : ""}new runs use the last valid version`;

/** A mistake in a file that is being edited: where, what, and what to do. The last good graph stays below it. */
export function DevStrip({
  file: { file, name, issues },
  onShow,
}: {
  readonly file: EditedFile;
  /** Absent where the line is on the page. */
  readonly onShow?: () => void;
}): ReactNode {
  const errors = issues.filter(({ severity }) => severity === "error");
  const [first] = errors;
  if (first === undefined) return null;
  return (
    <div className="strip failed dev-strip" role="alert">
      <StateIcon state="failed" />
      <code>
        {file}
        {first.line !== undefined && `:${first.line}`}
      </code>
      <span className="ask">
        <span className="dev-message">
          <Marked text={first.message} />
        </span>
        {first.fix !== undefined && (
          <span>
            <strong>Fix</strong> <Marked text={first.fix} />
          </span>
        )}
      </span>
      <span className="meta">
        {errors.length > 1 && `and ${plural(errors.length - 1, "more error")} · `}
        {name === null ? "no valid version yet" : stale(onShow !== undefined)}
      </span>
      {onShow !== undefined && <Button onClick={onShow}>Show the line</Button>}
    </div>
  );
}
