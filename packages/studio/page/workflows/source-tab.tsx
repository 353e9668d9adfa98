import type { EditedFile, NamedWorkflow } from "@ice/client";
import type { StoredBlueprint } from "@ice/core";
import { useMemo, type ReactNode } from "react";
import { client } from "../api/client.ts";
import type { JsonObject } from "../api/types.ts";
import { Empty, Notice } from "../controls/controls.tsx";
import { formatCount, formatMoment, plural } from "../format/format.ts";
import { useLoad, type Loaded } from "../live/use-load.ts";
import { changedLines, type Changes } from "./changed-lines.ts";
import { linesOfFile, linesOfJson } from "./issue-lines.ts";
import { issueCount, TextView } from "./text-view.tsx";
import { useReloadOn } from "../live/use-reload-on.ts";

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

/** A workflow that is registered or stored, as JSON. */
export function NamedSource({
  named,
  isStored,
}: {
  readonly named: Loaded<NamedWorkflow>;
  readonly isStored: boolean;
}): ReactNode {
  const { value, error, reload } = named;
  const name = value?.name;
  const stored = useLoad(isStored ? name : undefined, (signal) => client.blueprints.get(name!, { signal }));
  if (error !== undefined) return <Notice error={error} onRetry={reload} />;
  if (stored.error !== undefined) return <Notice error={stored.error} onRetry={stored.reload} />;
  if (value === undefined || (isStored && stored.value === undefined)) return <Empty title="Loading…" />;
  return stored.value === undefined ? (
    <JsonSource key={value.name} blueprint={value.blueprint} label={`Source of ${value.name}`}>
      <span className="quiet">registered in code, as JSON</span>
    </JsonSource>
  ) : (
    <RevisionSource stored={stored.value} />
  );
}

/** A revision, with its hash, and who stored it when. */
export function RevisionSource({
  stored: { revision, hash, createdAt, createdBy, blueprint },
  before,
}: {
  readonly stored: StoredBlueprint;
  /** The revision before it: what has changed since then stands out. */
  readonly before?: StoredBlueprint | undefined;
}): ReactNode {
  const changes = useMemo(() => before && changesOf(before.blueprint, blueprint), [before, blueprint]);
  return (
    <JsonSource key={hash} blueprint={blueprint} label={`Source of revision ${revision}`} added={changes?.added}>
      <strong>Revision {revision}</strong>
      <code className="quiet" title={`SHA-256 ${hash}`}>
        {hash.slice(0, 12)}
      </code>
      <span className="quiet">
        by {createdBy}, {formatMoment(createdAt, Date.now())}
      </span>
      {before !== undefined && changes !== undefined && (
        <span className="quiet">
          {plural(changes.added.size, "line")} added, {formatCount(changes.removed)} removed since revision{" "}
          {before.revision}
        </span>
      )}
    </JsonSource>
  );
}

const changesOf = (before: JsonObject, after: JsonObject): Changes | undefined =>
  changedLines(
    linesOfJson(before, []).map(({ text }) => text),
    linesOfJson(after, []).map(({ text }) => text),
  );

/** What is wrong with a blueprint today stands at its lines: a tool may be gone since it was stored. */
function JsonSource({
  blueprint,
  label,
  added,
  children,
}: {
  readonly blueprint: JsonObject;
  readonly label: string;
  readonly added?: ReadonlySet<number> | undefined;
  readonly children: ReactNode;
}): ReactNode {
  const checked = useLoad(label, (signal) => client.validate({ blueprint }, { signal }));
  const issues = checked.value?.issues;
  const lines = useMemo(() => linesOfJson(blueprint, issues ?? []), [blueprint, issues]);
  return (
    <>
      <div className="filters">
        {children}
        {issues !== undefined && <span className="quiet">{issueCount(issues)}</span>}
      </div>
      {checked.error !== undefined && <Notice error={checked.error} onRetry={checked.reload} />}
      <TextView lines={lines} label={label} isJson added={added} />
    </>
  );
}
