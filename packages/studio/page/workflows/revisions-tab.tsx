import type { StoredBlueprint } from "@ice/core";
import type { ReactNode } from "react";
import { client } from "../api/client.ts";
import { Empty, Notice } from "../controls/controls.tsx";
import { formatMoment, versionText } from "../format/format.ts";
import { useLoad } from "../live/use-load.ts";
import { setQuery } from "../router/router.tsx";
import { RevisionSource } from "./source-tab.tsx";

/** The revisions of a stored workflow, the newest first, and the source of the chosen one. */
export function RevisionsTab({
  name,
  chosen,
}: {
  readonly name: string;
  readonly chosen: number | undefined;
}): ReactNode {
  const { value, error, reload } = useLoad(name, (signal) => client.blueprints.revisions(name, { limit: 200, signal }));
  const revisions = value?.revisions ?? [];
  const shown = chosen ?? revisions[0]?.revision;
  const source = useLoad<StoredBlueprint>(shown === undefined ? undefined : `${name} ${shown}`, (signal) =>
    client.blueprints.get(name, { revision: shown, signal }),
  );
  const earlier = revisions.find(({ revision }) => shown !== undefined && revision < shown)?.revision;
  const before = useLoad<StoredBlueprint>(earlier === undefined ? undefined : `${name} ${earlier}`, (signal) =>
    client.blueprints.get(name, { revision: earlier, signal }),
  );
  const now = Date.now();
  if (error !== undefined) return <Notice error={error} onRetry={reload} />;
  return (
    <div className="revisions">
      <ul aria-label="Revisions">
        {revisions.map(({ revision, hash, version, createdAt, createdBy }, at) => (
          <li key={revision}>
            <button
              type="button"
              className="entry wide-button"
              aria-current={revision === shown}
              onClick={() => setQuery({ revision: String(revision) })}
            >
              <span className="line">
                <strong>Revision {revision}</strong>
                {at === 0 && <span className="quiet">current</span>}
                <span className="meta">{versionText(version)}</span>
              </span>
              <span className="line">
                <span className="quiet">
                  {createdBy}, {formatMoment(createdAt, now)}
                </span>
                <code className="meta" title={hash}>
                  {hash.slice(0, 12)}
                </code>
              </span>
            </button>
          </li>
        ))}
        {value?.next != null && <li className="meta pad">The newest 200 revisions.</li>}
      </ul>
      <div className="run-main">
        {source.error !== undefined && <Notice error={source.error} onRetry={source.reload} />}
        {source.value !== undefined && <RevisionSource stored={source.value} before={before.value} />}
        {source.value === undefined && source.error === undefined && <Empty title="Loading…" />}
      </div>
    </div>
  );
}
