import type { GraphNode } from "../api/types.ts";
import { idOf } from "../state/node-path.ts";
import { laneOf } from "./lanes.ts";
import { layered, type Box } from "./layered.ts";
import { layeredInStacks } from "./stacks.ts";
import { treeOf, type Scope } from "./tree.ts";

export interface DrawnNode {
  readonly node: GraphNode;
  /** A box contains other nodes. It can be closed; then it looks like a card with counts. */
  readonly kind: "card" | "box";
  readonly isOpen: boolean;
  /** Whether the card has one line, because there are many beside it. */
  readonly isSmall: boolean;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface DrawnEdge {
  readonly from: string;
  readonly to: string;
  readonly x1: number;
  readonly y1: number;
  readonly x2: number;
  readonly y2: number;
  /** Where it passes above or below what stands between its ends. */
  readonly lane?: { readonly x1: number; readonly x2: number; readonly y: number };
}

/** The caption of a group of nodes in a box. */
interface DrawnLabel {
  readonly key: string;
  readonly text: string;
  readonly x: number;
  readonly y: number;
}

export interface Drawing {
  /** Boxes before what they contain. */
  readonly nodes: readonly DrawnNode[];
  readonly edges: readonly DrawnEdge[];
  readonly labels: readonly DrawnLabel[];
  readonly width: number;
  readonly height: number;
}

export interface DrawOptions {
  isOpen(path: string): boolean;
  /** Cells of the loop, 0 for other containers. */
  cells(path: string): number;
}

const cardHeight = 54;
export const headerHeight = 36;
/** A group of more nodes than this has small cards, close together. */
const manyNodes = 60;
const smallHeight = 26;
const smallWidth = ({ id }: GraphNode): number => Math.min(120, Math.max(76, Math.round(id.length * 6.6) + 44));
const smallGaps = { column: 32, row: 18, aspect: 1.6 };
const padding = 14;
const labelHeight = 22;
/** Cells of a loop in a row, and the distance between them. */
export const cellColumns = 24;
export const cellStep = 20;

/** Room for `completed 59.9 s` and `pending after review`. */
const minCardWidth = 160;
const maxCardWidth = 240;

/** Wide enough for the id, and up to a bound for what the node waits for: `pending after intake, prices`. */
function cardWidth({ id, dependencies }: GraphNode): number {
  const before = dependencies.slice(0, 2).map(idOf).join(", ");
  const waiting = Math.min(200, before.length * 6.6 + 126);
  return Math.min(maxCardWidth, Math.round(Math.max(minCardWidth, id.length * 7.2 + 48, waiting)));
}

/** Height of the chips and cells of a loop, above its body. */
const cellsHeight = (cells: number): number => (cells === 0 ? 0 : 40 + Math.ceil(cells / cellColumns) * cellStep + 34);

/** Lays out a graph with everything in its open containers. */
export function drawGraph(graph: readonly GraphNode[], options: DrawOptions): Drawing {
  const root = drawScope(treeOf(graph), options);
  return root;
}

/** What is in a scope, placed from 0, 0. Groups stand below each other. */
function drawScope(scope: Scope, options: DrawOptions): Drawing {
  const parts = scope.groups.map((group) => ({ group, drawing: drawGroup(group.members, options) }));
  const named = parts.length > 1;
  let y = 0;
  const all = parts.map(({ group, drawing }) => {
    const label = named ? [{ key: `${scope.path}/${group.key}`, text: group.label, x: 0, y: y + 14 }] : [];
    const moved = move(drawing, 0, y + (named ? labelHeight : 0));
    y += drawing.height + (named ? labelHeight + padding : 0);
    return { ...moved, labels: [...label, ...moved.labels] };
  });
  return {
    nodes: all.flatMap(({ nodes }) => nodes),
    edges: all.flatMap(({ edges }) => edges),
    labels: all.flatMap(({ labels }) => labels),
    width: Math.max(0, ...all.map(({ width }) => width)),
    height: Math.max(0, y - (named ? padding : 0)),
  };
}

type Member = Scope["groups"][number]["members"][number];

function drawGroup(members: readonly Member[], options: DrawOptions): Drawing {
  const isSmall = members.length > manyNodes;
  const drawn = members.map((member) => ({ member, ...sizeOf(member, options, isSmall) }));
  const boxes: Box[] = drawn.map(({ member, width, height }) => ({
    id: member.node.path,
    width,
    height,
    after: member.after,
  }));
  const { places, width, height } = isSmall ? layered(boxes, smallGaps) : layeredInStacks(boxes);
  const nodes: DrawnNode[] = [];
  const inner: Drawing[] = [];
  for (const { member, content, isOpen, width, height, top } of drawn) {
    const { x, y } = places.get(member.node.path)!;
    const kind = member.scope === undefined ? "card" : "box";
    nodes.push({ node: member.node, kind, isOpen, isSmall: isSmall && kind === "card", x, y, width, height });
    if (content === undefined) continue;
    const moved = move(content, x + padding, y + top);
    nodes.push(...moved.nodes);
    inner.push(moved);
  }
  return {
    nodes,
    edges: [...edgesOf(members, nodes), ...inner.flatMap(({ edges }) => edges)],
    labels: inner.flatMap(({ labels }) => labels),
    width,
    height,
  };
}

function sizeOf({ node, scope }: Member, options: DrawOptions, isSmall: boolean) {
  const isOpen = scope !== undefined && options.isOpen(node.path);
  if (scope === undefined && isSmall)
    return { isOpen, width: smallWidth(node), height: smallHeight, top: 0, content: undefined };
  if (scope === undefined) return { isOpen, width: cardWidth(node), height: cardHeight, top: 0, content: undefined };
  const closed = Math.max(190, cardWidth(node) + 20);
  if (!isOpen) return { isOpen, width: closed, height: cardHeight, top: 0, content: undefined };
  const content = drawScope(scope, options);
  const cells = cellsHeight(options.cells(node.path));
  const top = headerHeight + padding + cells;
  const width = Math.max(content.width, cells > 0 ? cellColumns * cellStep : 0, closed + 60) + 2 * padding;
  return { isOpen, width, height: top + content.height + padding, top, content };
}

function edgesOf(members: readonly Member[], nodes: readonly DrawnNode[]): DrawnEdge[] {
  const byPath = new Map(nodes.map((node) => [node.node.path, node]));
  return members.flatMap(({ node, after }) => {
    const to = byPath.get(node.path)!;
    return after.flatMap((path) => {
      const from = byPath.get(path);
      if (from === undefined) return [];
      if (from.x === to.x) {
        const x = from.x + Math.min(from.width, to.width) / 2;
        return [{ from: path, to: node.path, x1: x, y1: from.y + from.height, x2: x, y2: to.y }];
      }
      const [y1, y2] = [from.y + from.height / 2, to.y + to.height / 2];
      const edge = { from: path, to: node.path, x1: from.x + from.width, y1, x2: to.x, y2 };
      const lane = to.isSmall
        ? undefined
        : laneOf(
            edge,
            members.map((member) => byPath.get(member.node.path)!),
          );
      return [lane === undefined ? edge : { ...edge, lane }];
    });
  });
}

const move = ({ nodes, edges, labels, width, height }: Drawing, dx: number, dy: number): Drawing => ({
  nodes: nodes.map((node) => ({ ...node, x: node.x + dx, y: node.y + dy })),
  edges: edges.map(({ lane, ...edge }) => ({
    ...edge,
    x1: edge.x1 + dx,
    x2: edge.x2 + dx,
    y1: edge.y1 + dy,
    y2: edge.y2 + dy,
    ...(lane !== undefined && { lane: { x1: lane.x1 + dx, x2: lane.x2 + dx, y: lane.y + dy } }),
  })),
  labels: labels.map((label) => ({ ...label, x: label.x + dx, y: label.y + dy })),
  width,
  height,
});
