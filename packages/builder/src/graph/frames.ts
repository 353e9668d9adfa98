import { shorten } from "@ice/core/internal";
import type { BlueprintGraph, GraphNode } from "./blueprint-graph.ts";

/** The nodes of one group of a container, as they are drawn. */
interface Frame {
  /** Unique in a graph, and never the path of a node. */
  readonly key: string;
  /** Undefined: without a frame of their own. */
  readonly label: string | undefined;
  readonly nodes: readonly GraphNode[];
}

/** The frames in each container, by its path; undefined stands for the top of the graph. */
export type Frames = ReadonlyMap<string | undefined, readonly Frame[]>;

/** Maximum number of characters of a label: a case without a name is called by its condition. */
const maxCharacters = 60;

/** A group is framed if it has a label, or if its container has several. */
export function framesOf({ nodes }: BlueprintGraph): Frames {
  const frames = new Map<string | undefined, Frame[]>();
  for (const [parent, inner] of Map.groupBy(nodes, (node) => node.parent)) {
    const groups = [...Map.groupBy(inner, ({ group }) => group)];
    frames.set(
      parent,
      groups.map(([group = "", members]) => {
        const label = members[0]!.groupLabel ?? (groups.length > 1 ? group : undefined);
        return { key: `${parent}/${group}`, label: label && shorten(label, maxCharacters), nodes: members };
      }),
    );
  }
  return frames;
}
