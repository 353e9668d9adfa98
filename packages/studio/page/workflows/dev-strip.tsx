import type { EditedFile } from "@ice/client";
import type { ReactNode } from "react";
import { Button } from "../controls/controls.tsx";
import { StateIcon } from "../controls/icons.tsx";
import { plural } from "../format/format.ts";

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
        <span className="dev-message">{first.message}</span>
        {first.fix !== undefined && (
          <span>
            <strong>Fix</strong> {first.fix}
          </span>
        )}
      </span>
      <span className="meta">
        {errors.length > 1 && `and ${plural(errors.length - 1, "more error")} · `}
        {name === null ? "nothing runs yet" : `the last good state ${onShow === undefined ? "" : "is shown, and "}runs`}
      </span>
      {onShow !== undefined && <Button onClick={onShow}>Show the line</Button>}
    </div>
  );
}
