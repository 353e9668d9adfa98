import { useMemo, useState, type ReactNode } from "react";
import { client } from "../api/client.ts";
import type { GraphNode, JsonObject, WorkflowEntry } from "../api/types.ts";
import { Empty, Notice } from "../controls/controls.tsx";
import { Tabs } from "../controls/tabs.tsx";
import { graphLook } from "../graph/graph-look.ts";
import { GraphView } from "../graph/graph-view.tsx";
import { useServer } from "../live/server.ts";
import { useLoad, type Loaded } from "../live/use-load.ts";
import { useKeys } from "../router/keys.ts";
import { setQuery } from "../router/router.tsx";
import { emptyRun } from "../state/run-reducer.ts";
import { DevStrip } from "./dev-strip.tsx";
import { NodeConfig } from "./node-config.tsx";
import { RevisionsTab } from "./revisions-tab.tsx";
import { FileSource, NamedSource } from "./source-tab.tsx";
import { StartForm } from "./start-form.tsx";
import { useReloadOn } from "../live/use-reload-on.ts";

const allTabs = ["Graph", "Source", "Revisions"] as const;
type Tab = (typeof allTabs)[number];

interface DetailProps {
  /** `name` or `name@version`. */
  readonly id: string;
  readonly workflow: WorkflowEntry;
  readonly theme: string;
  /** What the address says. */
  readonly tab: string;
  readonly revision: number | undefined;
}

/** A workflow: its graph, source and revisions, and the form that starts it. */
export function WorkflowDetail({ id, workflow, theme, tab, revision }: DetailProps): ReactNode {
  const { name, source } = workflow;
  const { files, revision: edits } = useServer();
  const file = source === "file" ? files.find((one) => one.name === name) : undefined;
  const graph = useLoad(id, async (signal) => (await client.registry.workflowGraph(id, { signal })).nodes);
  const named = useLoad(id, (signal) => client.registry.workflow(id, { signal }));
  useReloadOn(graph.reload, file === undefined ? 0 : edits);
  useReloadOn(named.reload, file === undefined ? 0 : edits);
  const tabs = source === "stored" ? allTabs : allTabs.slice(0, 2);
  const shown = tabs.find((one) => one === tab) ?? "Graph";
  const select = (one: Tab): void => setQuery({ tab: one === "Graph" ? undefined : one, revision: undefined });
  useKeys(Object.fromEntries(tabs.map((one, at) => [String(at + 1), () => select(one)])));
  const blueprint = named.value?.blueprint;
  const [at, setAt] = useState<string>();
  const node = shown === "Graph" ? graph.value?.find(({ path }) => path === at) : undefined;
  useKeys({ Escape: () => setAt(undefined) });
  const inputs = blueprint?.["inputs"] as JsonObject | undefined;
  return (
    <>
      <Tabs tabs={tabs} selected={shown} onSelect={select} label="Parts of the workflow">
        <span className="meta about">{String(blueprint?.["description"] ?? "")}</span>
      </Tabs>
      {file !== undefined && <DevStrip file={file} {...(shown !== "Source" && { onShow: () => select("Source") })} />}
      <div className="run-body">
        <div className="run-main">
          {shown === "Graph" && <PlanGraph graph={graph} theme={theme} at={at} onSelect={setAt} />}
          {shown === "Source" && file !== undefined && <FileSource file={file} revision={edits} />}
          {shown === "Source" && file === undefined && <NamedSource named={named} isStored={source === "stored"} />}
          {shown === "Revisions" && <RevisionsTab name={name} chosen={revision} />}
        </div>
        <aside className="inspector side" aria-label={node === undefined ? "Start a run" : "Selected node"}>
          {blueprint !== undefined && node !== undefined && (
            <NodeConfig node={node} blueprint={blueprint} onClose={() => setAt(undefined)} />
          )}
          {/* What was entered stays while one looks at a node. */}
          <div className="side-part" hidden={node !== undefined}>
            {blueprint !== undefined && (
              <StartForm
                key={JSON.stringify(inputs)}
                workflow={id}
                inputs={inputs}
                takesInputs={blueprint["workflows"] === undefined}
              />
            )}
          </div>
        </aside>
      </div>
    </>
  );
}

/** The graph before any run: with the types of the nodes instead of states. */
function PlanGraph({
  graph,
  theme,
  at,
  onSelect,
}: {
  readonly graph: Loaded<readonly GraphNode[]>;
  readonly theme: string;
  readonly at: string | undefined;
  readonly onSelect: (path: string) => void;
}): ReactNode {
  const nodes = graph.value;
  const look = useMemo(
    () => graphLook({ graph: nodes ?? [], run: emptyRun, items: new Map(), at, chosen: new Map(), now: 0 }),
    [nodes, at],
  );
  return (
    <>
      {graph.error !== undefined && <Notice error={graph.error} onRetry={graph.reload} />}
      {nodes === undefined && graph.isLoading && <Empty title="Loading…" />}
      {nodes !== undefined && nodes.length > 0 && (
        <GraphView graph={nodes} look={look} at={at} theme={theme} onSelect={onSelect} onItem={() => undefined} />
      )}
    </>
  );
}
