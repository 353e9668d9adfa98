import type { Issue } from "@ice/core";
import { useEffect, useRef, type ReactNode } from "react";
import { StateIcon } from "../controls/icons.tsx";
import { coloured } from "../controls/json-text.tsx";
import { formatCount, plural } from "../format/format.ts";
import type { TextLine } from "./issue-lines.ts";

/** Lines that are shown of a long text. */
const maxLines = 3000;

/** A text with line numbers. What is wrong stands below its line, with what to do. */
export function TextView({
  lines,
  label,
  isJson,
  added,
}: {
  readonly lines: readonly TextLine[];
  readonly label: string;
  readonly isJson: boolean;
  /** Numbers of lines, from 0, that stand out. */
  readonly added?: ReadonlySet<number> | undefined;
}): ReactNode {
  const box = useRef<HTMLDivElement>(null);
  const firstIssue = lines.findIndex(({ issues }) => issues.length > 0);
  useEffect(() => {
    box.current?.querySelector("[data-severity]")?.scrollIntoView({ block: "center" });
  }, [firstIssue]);
  const shown = lines.slice(0, maxLines);
  return (
    <div ref={box} className="text-view" role="region" aria-label={label} tabIndex={0}>
      {shown.map(({ text, issues }, at) => (
        // oxlint-disable-next-line react/no-array-index-key -- a line is named by its number
        <div key={at} className="text-line" data-added={added?.has(at)} data-severity={severityOf(issues)}>
          <span className="text-number">{at + 1}</span>
          <code>{isJson && text.length < 2000 ? coloured(text) : text}</code>
          {issues.map((issue) => (
            <IssueNote key={`${issue.code} ${issue.path} ${issue.message}`} issue={issue} />
          ))}
        </div>
      ))}
      {lines.length > maxLines && (
        <p className="meta pad">
          The first {formatCount(maxLines)} of {formatCount(lines.length)} lines.
        </p>
      )}
    </div>
  );
}

const severityOf = (issues: readonly Issue[]): Issue["severity"] | undefined =>
  issues.some(({ severity }) => severity === "error") ? "error" : issues[0]?.severity;

const IssueNote = ({ issue: { severity, code, message, fix } }: { readonly issue: Issue }): ReactNode => (
  <span className="text-issue" data-state={severity === "error" ? "failed" : "waiting"}>
    <StateIcon state={severity === "error" ? "failed" : "retrying"} />
    <span>
      <code>{code}</code> {message}
      {fix !== undefined && (
        <>
          {" · "}
          <strong>Fix</strong> {fix}
        </>
      )}
    </span>
  </span>
);

/** `2 errors, 1 warning`, or that there are none. */
export function issueCount(issues: readonly Issue[]): string {
  const errors = issues.filter(({ severity }) => severity === "error").length;
  const warnings = issues.length - errors;
  const parts = [
    ...(errors > 0 ? [plural(errors, "error")] : []),
    ...(warnings > 0 ? [plural(warnings, "warning")] : []),
  ];
  return parts.length === 0 ? "no issues" : parts.join(", ");
}
