import type { GraphNode } from "../api/types.ts";
import { idOf } from "../state/node-path.ts";
import type { NodeState } from "../state/node-state.ts";
import type { NodeView, RunView } from "../state/run-reducer.ts";

export interface TimelineRow {
  readonly path: string;
  readonly label: string;
  readonly depth: number;
  readonly state: NodeState;
  readonly view: NodeView | undefined;
}

export interface RowOptions {
  readonly graph: readonly GraphNode[];
  readonly run: RunView;
  readonly at: string | undefined;
  readonly failedOnly: boolean;
  readonly topLevel: boolean;
}

/** Most failed nodes that are shown below the top level. */
const maxFailed = 20;

/** The rows: top-level nodes with what failed in them and what is selected, all nodes, or what failed alone. */
export function timelineRows({ graph, run, at, failedOnly, topLevel }: RowOptions): TimelineRow[] {
  const all = [...run.nodes.values()];
  if (failedOnly)
    return all.filter(({ state }) => state === "failed").map((view) => rowOf(view.path, view, 0, view.path));
  if (!topLevel) return inTree(all);
  const inside = Map.groupBy(
    all.filter(({ path, state }) => /[.[]/.test(path) && (state === "failed" || state === "retrying" || path === at)),
    ({ path }) => /^[^.[]+/.exec(path)![0],
  );
  return graph
    .filter(({ parent }) => parent === undefined)
    .flatMap(({ path }) => {
      const more = inside.get(path) ?? [];
      const shown = more
        .filter((view, index) => index < maxFailed || view.path === at)
        .toSorted((one, other) => one.path.localeCompare(other.path, "en", { numeric: true }));
      const label = (view: NodeView): string => view.path.slice(path.length).replace(/^\./, "");
      return [rowOf(path, run.nodes.get(path), 0), ...shown.map((view) => rowOf(view.path, view, 1, label(view)))];
    });
}

const rowOf = (path: string, view: NodeView | undefined, depth: number, label = idOf(path)): TimelineRow => ({
  path,
  label,
  depth,
  state: view?.state ?? "pending",
  view,
});

/** Nodes that have a time, each below its container. */
function inTree(all: readonly NodeView[]): TimelineRow[] {
  const children = new Map<string, NodeView[]>();
  const known = new Set(all.map(({ path }) => path));
  for (const view of all) {
    if (view.spans.length === 0) continue;
    const parent = parentOf(view.path, known);
    children.set(parent, [...(children.get(parent) ?? []), view]);
  }
  const rows: TimelineRow[] = [];
  const add = (parent: string, depth: number): void => {
    for (const view of children.get(parent) ?? []) {
      const label = parent === "" ? view.path : view.path.slice(parent.length).replace(/^\./, "");
      rows.push(rowOf(view.path, view, depth, label));
      add(view.path, depth + 1);
    }
  };
  add("", 0);
  return rows;
}

/** The nearest container that has a record. */
function parentOf(path: string, known: ReadonlySet<string>): string {
  for (let end = path.length - 1; end > 0; end -= 1)
    if ((path[end] === "." || path[end] === "[") && known.has(path.slice(0, end))) return path.slice(0, end);
  return "";
}
