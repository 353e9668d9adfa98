import type { EditedFile } from "@ice/client";
import type { StoredBlueprint } from "@ice/core";
import { useMemo, type ReactNode } from "react";
import { client } from "../api/client.ts";
import { Empty, Notice } from "../controls/controls.tsx";
import { formatMoment } from "../format/format.ts";
import { useLoad, type Loaded } from "../live/use-load.ts";
import { linesOfFile, linesOfJson } from "./issue-lines.ts";
import { issueCount, TextView } from "./text-view.tsx";
import { useReloadOn } from "./use-reload-on.ts";

/** The file as it is now, with its mistakes. */
export function FileSource({ file, revision }: { readonly file: EditedFile; readonly revision: number }): ReactNode {
  const source = useLoad(file.file, (signal) => client.dev.file(file.file, { signal }));
  useReloadOn(source.reload, revision);
  const { value } = source;
  const lines = useMemo(() => (value === undefined ? [] : linesOfFile(value.text, value.issues)), [value]);
  if (source.error !== undefined) return <Notice error={source.error} onRetry={source.reload} />;
  if (value?.text === "")
    return (
      <Empty title="There is no text">
        <p>{value.issues[0]?.message ?? "The workflow comes from a module."}</p>
      </Empty>
    );
  return (
    <>
      <div className="filters">
        <code>{file.file}</code>
        <span className="quiet">{issueCount(value?.issues ?? [])}</span>
      </div>
      <TextView lines={lines} label={`Text of ${file.file}`} isJson={file.file.endsWith(".json")} />
    </>
  );
}

/** The current revision of a stored workflow; of one that is registered in code there is none. */
export function StoredSource({ stored }: { readonly stored: Loaded<StoredBlueprint> }): ReactNode {
  const { value, error, reload } = stored;
  if (error !== undefined) return <Notice error={error} onRetry={reload} />;
  return value === undefined ? <Empty title="Loading…" /> : <SourceOf stored={value} />;
}

/** A revision as JSON. What is wrong with it today stands at its lines: a tool may be gone since it was stored. */
export function SourceOf({ stored }: { readonly stored: StoredBlueprint }): ReactNode {
  const { name, revision, hash, createdAt, createdBy, blueprint } = stored;
  const checked = useLoad(`${name} ${hash}`, (signal) => client.validate({ blueprint }, { signal }));
  const issues = checked.value?.issues;
  const lines = useMemo(() => linesOfJson(blueprint, issues ?? []), [blueprint, issues]);
  return (
    <>
      <div className="filters">
        <strong>Revision {revision}</strong>
        <code className="quiet" title={`SHA-256 ${hash}`}>
          {hash.slice(0, 12)}
        </code>
        <span className="quiet">
          by {createdBy}, {formatMoment(createdAt, Date.now())}
        </span>
        {issues !== undefined && <span className="quiet">{issueCount(issues)}</span>}
      </div>
      {checked.error !== undefined && <Notice error={checked.error} onRetry={checked.reload} />}
      <TextView lines={lines} label={`Source of revision ${revision}`} isJson />
    </>
  );
}
