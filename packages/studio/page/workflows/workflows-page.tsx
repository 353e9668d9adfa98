import { useState, type ReactNode } from "react";
import { client } from "../api/client.ts";
import type { WorkflowEntry } from "../api/types.ts";
import { Empty, Notice } from "../controls/controls.tsx";
import { Icon } from "../controls/icons.tsx";
import { formatMoment, versionText } from "../format/format.ts";
import { TopBar } from "../frame/top-bar.tsx";
import { useServer } from "../live/server.ts";
import { useLoad } from "../live/use-load.ts";
import { useKeys } from "../router/keys.ts";
import { go, Link, Redirect, workflowAddress, type Place } from "../router/router.tsx";
import { DevStrip } from "./dev-strip.tsx";
import { findWorkflow, refOf } from "./find-workflow.ts";
import { FileSource } from "./source-tab.tsx";
import { useReloadOn } from "../live/use-reload-on.ts";
import { WorkflowDetail } from "./workflow-detail.tsx";

interface WorkflowsPageProps {
  readonly name: string | undefined;
  readonly query: Place["query"];
  readonly theme: string;
}

/** What can be run by name; with a name, one of them; with a file, one that has never been good. */
export function WorkflowsPage({ name, query, theme }: WorkflowsPageProps): ReactNode {
  const { revision: edits } = useServer();
  const { value, error, reload } = useLoad("workflows", (signal) => client.registry.workflows({ signal }));
  useReloadOn(reload, edits);
  const file = query.get("file");
  const found = value === undefined || name === undefined ? undefined : findWorkflow(value, name);
  const revision = Number(query.get("revision"));
  return (
    <>
      <TopBar>
        {name === undefined && file === null ? (
          <h1>Workflows</h1>
        ) : (
          <>
            <Link href="/workflows">Workflows</Link>
            <Icon name="chevron" />
            <h1>{found?.name ?? name ?? file}</h1>
            {found !== undefined && <Origin workflow={found} />}
            {found !== undefined && (
              <div className="actions">
                <Link className="button" href={`/runs?workflow=${encodeURIComponent(found.name)}`}>
                  <Icon name="runs" />
                  Runs
                </Link>
              </div>
            )}
          </>
        )}
      </TopBar>
      {error !== undefined && <Notice error={error} onRetry={reload} />}
      {found !== undefined && (
        <WorkflowDetail
          key={name}
          id={name!}
          workflow={found}
          theme={theme}
          tab={query.get("tab") ?? ""}
          revision={revision > 0 ? revision : undefined}
        />
      )}
      {value !== undefined && name !== undefined && found === undefined && <Empty title="No workflow of this name" />}
      {name === undefined && file !== null && <NewFile file={file} />}
      {value !== undefined && name === undefined && file === null && <List workflows={value} />}
    </>
  );
}

const Origin = ({ workflow: { version, source, revision } }: { readonly workflow: WorkflowEntry }): ReactNode => (
  <span className="quiet">
    {versionText(version) !== "" && `${version} · `}
    {source === "file" ? "from a file" : source === "registered" ? "registered in code" : "stored"}
    {revision !== undefined && `, revision ${revision}`}
  </span>
);

/** A file of `ice dev` without any good state so far. */
function NewFile({ file }: { readonly file: string }): ReactNode {
  const { files, revision } = useServer();
  const found = files.find((one) => one.file === file);
  if (found === undefined) return <Empty title="The server does not watch this file" />;
  if (found.name !== null) return <Redirect to={workflowAddress(found.name)} />;
  return (
    <>
      <DevStrip file={found} />
      <div className="run-main fill">
        <FileSource file={found} revision={revision} />
      </div>
    </>
  );
}

function List({ workflows }: { readonly workflows: readonly WorkflowEntry[] }): ReactNode {
  const [text, setText] = useState("");
  const [selected, setSelected] = useState(-1);
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const found = workflows.filter(({ name, version, source, description = "" }) =>
    words.every((word) => `${name} ${version} ${source} ${description}`.toLowerCase().includes(word)),
  );
  const open = (workflow: WorkflowEntry): void => go(workflowAddress(refOf(workflows, workflow)));
  useKeys({
    j: () => setSelected((before) => Math.min(found.length - 1, before + 1)),
    k: () => setSelected((before) => Math.max(0, before - 1)),
    Enter: () => found[selected] !== undefined && open(found[selected]),
  });
  if (workflows.length === 0)
    return (
      <Empty title="No workflows yet">
        <p>
          Register them in ice.config.ts, edit one with <code>ice dev FILE</code>, or store one with a token of the
          scope <code>author</code>:
        </p>
        <code>{`jq -Rs '{text: .}' FILE | curl -d @- -H "Authorization: Bearer $ICE_TOKEN" -H "Content-Type: application/json" ${location.origin}/v1/blueprints`}</code>
      </Empty>
    );
  return (
    <>
      <div className="filters">
        <input
          className="input small"
          type="search"
          data-filter
          placeholder="Filter by name or description"
          aria-label="Filter by name or description"
          value={text}
          onChange={(event) => {
            setText(event.target.value);
            setSelected(-1);
          }}
        />
        <span className="meta">{found.length}</span>
      </div>
      <div className="content">
        {found.length === 0 && <Empty title="No workflow fits the filter" />}
        {found.length > 0 && <Table all={workflows} shown={found} selected={selected} onOpen={open} />}
      </div>
    </>
  );
}

interface TableProps {
  readonly all: readonly WorkflowEntry[];
  readonly shown: readonly WorkflowEntry[];
  readonly selected: number;
  readonly onOpen: (workflow: WorkflowEntry) => void;
}

function Table({ all, shown, selected, onOpen }: TableProps): ReactNode {
  const now = Date.now();
  return (
    <table className="table">
      <thead>
        <tr>
          <th>Name</th>
          <th>Version</th>
          <th>Source</th>
          <th>Description</th>
          <th>Stored</th>
        </tr>
      </thead>
      <tbody>
        {shown.map((workflow, index) => {
          const { name, version, source, revision, description, createdAt, createdBy } = workflow;
          return (
            // oxlint-disable-next-line jsx-a11y/click-events-have-key-events -- the row has a link, and keys of its own
            <tr
              key={`${source} ${name}@${version}`}
              aria-selected={index === selected}
              onClick={() => onOpen(workflow)}
            >
              <td>
                <Link
                  className="main-link"
                  href={workflowAddress(refOf(all, workflow))}
                  onClick={(event) => event.stopPropagation()}
                >
                  {name}
                </Link>
              </td>
              <td className="quiet">{versionText(version)}</td>
              <td>
                {source}
                {revision === undefined ? "" : `, revision ${revision}`}
              </td>
              <td className="now">{description}</td>
              <td className="quiet">{createdAt !== undefined && `${createdBy}, ${formatMoment(createdAt, now)}`}</td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}
