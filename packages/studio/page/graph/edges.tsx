import { memo, type ReactNode } from "react";
import type { DrawnEdge, Drawing } from "../layout/draw-graph.ts";

const curve = ({ x1, y1, x2, y2, lane }: DrawnEdge): string => {
  if (lane !== undefined) {
    const [first, last] = [(x1 + lane.x1) / 2, (lane.x2 + x2) / 2];
    return `M${x1} ${y1}C${first} ${y1} ${first} ${lane.y} ${lane.x1} ${lane.y}H${lane.x2}C${last} ${lane.y} ${last} ${y2} ${x2} ${y2}`;
  }
  if (Math.abs(y1 - y2) < 1) return `M${x1} ${y1}H${x2}`;
  if (x1 === x2) return `M${x1} ${y1}V${y2}`;
  const bend = Math.max(18, (x2 - x1) / 2);
  return `M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`;
};

interface EdgesProps {
  readonly drawing: Drawing;
  /** Whether a node, by its path in the graph, was skipped or has not been reached. */
  readonly isDotted: (path: string) => boolean;
}

export const Edges = memo(function Edges({ drawing, isDotted }: EdgesProps): ReactNode {
  return (
    <svg className="edges" width={drawing.width} height={drawing.height} aria-hidden="true">
      {drawing.edges.map((edge) => (
        <path key={`${edge.from}>${edge.to}`} className={isDotted(edge.to) ? "edge dotted" : "edge"} d={curve(edge)} />
      ))}
    </svg>
  );
});
