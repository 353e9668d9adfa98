import type { ReactNode } from "react";
import { read } from "../api/http.ts";
import type { WorkflowEntry } from "../api/types.ts";
import { Empty, Notice } from "../controls/controls.tsx";
import { Icon } from "../controls/icons.tsx";
import { TopBar } from "../frame/top-bar.tsx";
import { useLoad } from "../live/use-load.ts";
import { Link } from "../router/router.tsx";
import { WorkflowDetail } from "./workflow-detail.tsx";

/** What can be run by name; with a name, one of them. */
export function WorkflowsPage({
  name,
  theme,
}: {
  readonly name: string | undefined;
  readonly theme: string;
}): ReactNode {
  const { value, error, reload } = useLoad("workflows", (signal) =>
    read<{ workflows: WorkflowEntry[] }>("/v1/workflows", { signal }),
  );
  const found = value?.workflows.find((workflow) => workflow.name === name);
  return (
    <>
      <TopBar>
        {name === undefined ? (
          <h1>Workflows</h1>
        ) : (
          <>
            <Link href="/workflows">Workflows</Link>
            <Icon name="chevron" />
            <h1>{name}</h1>
            <span className="quiet">{found?.version}</span>
          </>
        )}
      </TopBar>
      {error !== undefined && <Notice error={error} onRetry={reload} />}
      {found !== undefined && <WorkflowDetail key={found.name} workflow={found} theme={theme} />}
      {value !== undefined && name !== undefined && found === undefined && <Empty title="No workflow of this name" />}
      {value !== undefined && name === undefined && <List workflows={value.workflows} />}
    </>
  );
}

function List({ workflows }: { readonly workflows: readonly WorkflowEntry[] }): ReactNode {
  if (workflows.length === 0)
    return (
      <Empty title="No workflows yet">
        <p>Register them in ice.config.ts, or store one:</p>
        <code>POST /v1/blueprints</code>
      </Empty>
    );
  return (
    <div className="content">
      <table className="table">
        <thead>
          <tr>
            <th>Name</th>
            <th>Version</th>
            <th>Source</th>
            <th>Description</th>
          </tr>
        </thead>
        <tbody>
          {workflows.map((workflow) => (
            <tr key={`${workflow.name}@${workflow.version}`}>
              <td>
                <Link className="main-link" href={`/workflows/${encodeURIComponent(workflow.name)}`}>
                  {workflow.name}
                </Link>
              </td>
              <td className="quiet">{workflow.version ?? ""}</td>
              <td>
                {workflow.source}
                {workflow.revision === undefined ? "" : `, revision ${workflow.revision}`}
              </td>
              <td className="now">{workflow.description}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
