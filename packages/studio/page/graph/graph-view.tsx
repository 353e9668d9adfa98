import { useCallback, useEffect, useMemo, useState, type MouseEvent, type ReactNode } from "react";
import type { GraphNode } from "../api/types.ts";
import { Button } from "../controls/controls.tsx";
import { StateIcon } from "../controls/icons.tsx";
import { formatCount } from "../format/format.ts";
import { drawGraph, type DrawnNode } from "../layout/draw-graph.ts";
import { statesByWeight, stateWord } from "../state/node-state.ts";
import { Edges } from "./edges.tsx";
import { GraphCanvas } from "./graph-canvas.tsx";
import { GraphNodes } from "./graph-nodes.tsx";
import type { GraphLook } from "./graph-look.ts";
import { useReveal, type Revealed } from "./use-reveal.ts";
import { useView, type ViewControl } from "./use-view.ts";
import { canvasBelow, centreOn } from "./view.ts";

export interface GraphViewProps {
  readonly graph: readonly GraphNode[];
  readonly look: GraphLook;
  /** The selected path of the run. */
  readonly at: string | undefined;
  readonly revealed?: Revealed | undefined;
  readonly onSelect: (path: string) => void;
  readonly onItem: (loop: string, index: number) => void;
  readonly theme: string;
}

/** A graph that can be moved and zoomed: cards, or below a zoom of 0.4 one canvas with marks. */
export function GraphView({ graph, look, at, revealed, onSelect, onItem, theme }: GraphViewProps): ReactNode {
  const [closed, setClosed] = useState<ReadonlySet<string>>(new Set());
  const cellCounts = look.cellCounts;
  const drawing = useMemo(
    () => drawGraph(graph, { isOpen: (path) => !closed.has(path), cells: (path) => cellCounts.get(path) ?? 0 }),
    [graph, closed, cellCounts],
  );
  const control = useView(drawing);
  const { box, view, size, fit, zoomBy, set } = control;
  useReveal(revealed, { drawing, control, pathOf: look.pathOf });
  const isCanvas = view.zoom < canvasBelow;
  const toggle = useCallback((path: string) => {
    setClosed((before) => {
      const after = new Set(before);
      if (!after.delete(path)) after.add(path);
      return after;
    });
  }, []);
  const painted = useCallback((node: DrawnNode) => look.paint(node, at), [look, at]);
  const hit = (event: MouseEvent): DrawnNode | undefined => {
    const { left, top } = box.current!.getBoundingClientRect();
    const [x, y] = [(event.clientX - left - view.x) / view.zoom, (event.clientY - top - view.y) / view.zoom];
    return drawing.nodes.findLast(
      (node) => x >= node.x && y >= node.y && x <= node.x + node.width && y <= node.y + node.height,
    );
  };
  const zoomIn = (event: MouseEvent): void => {
    if (!isCanvas || (event.target as Element).closest("button") !== null) return;
    const found = hit(event);
    if (found === undefined) return;
    onSelect(look.pathOf(found.node.path));
    if (found.kind === "card") set(centreOn(found, size, 1));
  };
  useScrollToSelection(at, box);
  return (
    // oxlint-disable-next-line jsx-a11y/click-events-have-key-events -- the cards are buttons; the canvas has a list as its twin
    <div ref={box} className="graph" onClick={zoomIn}>
      {isCanvas ? (
        <GraphCanvas drawing={drawing} view={view} size={size} look={painted} theme={theme} />
      ) : (
        <div className="graph-plane" style={{ transform: `translate(${view.x}px, ${view.y}px) scale(${view.zoom})` }}>
          <GraphNodes
            drawing={drawing}
            view={view}
            size={size}
            look={look}
            at={at}
            onSelect={onSelect}
            onItem={onItem}
            onToggle={toggle}
          >
            <Edges drawing={drawing} isDotted={look.isDotted} />
          </GraphNodes>
        </div>
      )}
      <ul className="visually-hidden" aria-label="Nodes">
        {drawing.nodes.slice(0, 500).map(({ node }) => (
          <li key={node.path}>{`${look.pathOf(node.path)}, ${node.type}, ${look.stateOf(node.path)}`}</li>
        ))}
      </ul>
      {isCanvas && <StateCounts look={look} onSelect={onSelect} />}
      <ZoomBar zoom={view.zoom} zoomBy={zoomBy} fit={fit} />
    </div>
  );
}

/** How many nodes there are of each state; a click selects the first one. */
const StateCounts = ({ look, onSelect }: Pick<GraphViewProps, "look" | "onSelect">): ReactNode => (
  <div className="graph-states chips">
    {statesByWeight
      .filter((state) => (look.allCounts[state] ?? 0) > 0)
      .map((state) => (
        <button key={state} type="button" className="chip" onClick={() => onSelect(look.firstOf(state)!)}>
          <StateIcon state={state} />
          {formatCount(look.allCounts[state]!)} {stateWord(state)}
        </button>
      ))}
  </div>
);

const ZoomBar = ({ zoom, zoomBy, fit }: Pick<ViewControl, "zoomBy" | "fit"> & { readonly zoom: number }): ReactNode => (
  <div className="zoom">
    <Button look="plain" aria-label="Zoom out" onClick={() => zoomBy(0.8)}>
      −
    </Button>
    <span>{Math.round(zoom * 100)} %</span>
    <Button look="plain" aria-label="Zoom in" onClick={() => zoomBy(1.25)}>
      +
    </Button>
    <Button look="plain" onClick={fit}>
      Fit
    </Button>
  </div>
);

/** Focus follows the selection when keys have moved it. */
function useScrollToSelection(at: string | undefined, box: { readonly current: HTMLDivElement | null }): void {
  useEffect(() => {
    if (at === undefined || box.current === null || !box.current.contains(document.activeElement)) return;
    box.current.querySelector<HTMLElement>(`[data-path="${CSS.escape(at)}"]`)?.focus({ preventScroll: true });
  }, [at, box]);
}
