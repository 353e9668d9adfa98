import { cellColumns, cellStep, headerHeight, type DrawnNode, type Drawing } from "../layout/draw-graph.ts";
import { cellsOf } from "../state/items.ts";
import type { NodeState } from "../state/node-state.ts";
import type { Size, View } from "./view.ts";

/** What is painted of a node. */
export interface Painted {
  readonly state: NodeState;
  readonly isSelected: boolean;
  /** Of a container: how many of its nodes have ended, and what is wrong. */
  readonly note?: string;
  readonly items?: readonly NodeState[];
}

/** The colours of the theme, by the names of the custom properties. */
export type Colours = (name: string) => string;

const colourOf: Readonly<Record<NodeState, string>> = {
  completed: "--completed-mark",
  running: "--running-mark",
  failed: "--failed-mark",
  waiting: "--waiting-mark",
  suspended: "--running-mark",
  retrying: "--retrying-mark",
  skipped: "--quiet-mark",
  cancelled: "--quiet-mark",
  pending: "--pending-mark",
};

/** Paints a whole graph: nodes as marks, containers with names and counts. */
export function paint(
  context: CanvasRenderingContext2D,
  {
    drawing,
    view,
    size,
    look,
    colours,
  }: {
    readonly drawing: Drawing;
    readonly view: View;
    readonly size: Size;
    readonly look: (node: DrawnNode) => Painted;
    readonly colours: Colours;
  },
): void {
  const { zoom, x, y } = view;
  context.clearRect(0, 0, size.width, size.height);
  context.lineWidth = 1;
  const boxes = drawing.nodes.filter(({ kind, isOpen }) => kind === "box" && isOpen);
  for (const box of boxes) {
    outline(context, box, view);
    context.fillStyle = colours("--surface");
    context.fill();
    context.strokeStyle = look(box).isSelected ? colours("--accent") : colours("--strong");
    context.stroke();
  }
  context.strokeStyle = colours("--edge");
  context.globalAlpha = Math.min(0.6, Math.max(0.15, zoom));
  context.beginPath();
  for (const { x1, y1, x2, y2, lane } of drawing.edges) {
    context.moveTo(x + x1 * zoom, y + y1 * zoom);
    if (lane !== undefined) for (const at of [lane.x1, lane.x2]) context.lineTo(x + at * zoom, y + lane.y * zoom);
    context.lineTo(x + x2 * zoom, y + y2 * zoom);
  }
  context.stroke();
  context.globalAlpha = 1;
  for (const node of drawing.nodes) {
    const painted = look(node);
    if (node.kind === "box" && node.isOpen) paintTitle(context, { node, painted, view, colours });
    else paintMark(context, { node, painted, view, colours });
  }
}

interface PaintedNode {
  readonly node: DrawnNode;
  readonly painted: Painted;
  readonly view: View;
  readonly colours: Colours;
}

/** @param around - pixels between the node and its outline. */
function outline(
  context: CanvasRenderingContext2D,
  node: DrawnNode,
  { zoom, x, y }: View,
  { radius = 10, around = 0 } = {},
): void {
  const [left, top] = [x + node.x * zoom - around, y + node.y * zoom - around];
  context.beginPath();
  context.roundRect(left, top, node.width * zoom + 2 * around, node.height * zoom + 2 * around, radius);
}

function paintMark(context: CanvasRenderingContext2D, { node, painted, view, colours }: PaintedNode): void {
  outline(context, node, view, { radius: 2 });
  context.fillStyle = colours(colourOf[painted.state]);
  context.fill();
  if (!painted.isSelected) return;
  // Around the mark, whose colour is the state.
  outline(context, node, view, { radius: 4, around: 3 });
  context.lineWidth = 2;
  context.strokeStyle = colours("--accent");
  context.stroke();
  context.lineWidth = 1;
}

/** The name stands in the header, as large as it can be read and as the box is wide. */
function paintTitle(context: CanvasRenderingContext2D, { node, painted, view, colours }: PaintedNode): void {
  const { zoom } = view;
  const [left, top, width] = [view.x + node.x * zoom, view.y + node.y * zoom, node.width * zoom];
  if (width > 48) {
    context.textBaseline = "bottom";
    context.font = "500 12px Inter, ui-sans-serif, system-ui";
    context.fillStyle = colours("--text-1");
    context.fillText(node.node.id, left + 4, top - 3, width - 8);
    const used = context.measureText(node.node.id).width;
    context.font = "400 12px Inter, ui-sans-serif, system-ui";
    context.fillStyle = colours("--text-3");
    const note = painted.note ?? "";
    const noteWidth = context.measureText(note).width;
    if (used + noteWidth + 20 < width) context.fillText(note, left + width - noteWidth - 4, top - 3);
  }
  const items = painted.items ?? [];
  cellsOf(items).forEach(({ state }, index) => {
    const column = index % cellColumns;
    const row = Math.floor(index / cellColumns);
    context.fillStyle = colours(colourOf[state]);
    context.fillRect(
      left + (14 + column * cellStep) * zoom,
      top + (headerHeight + 48 + row * cellStep) * zoom,
      Math.max(1, 16 * zoom),
      Math.max(1, 16 * zoom),
    );
  });
}
