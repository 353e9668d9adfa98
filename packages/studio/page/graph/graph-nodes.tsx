import type { ReactNode } from "react";
import type { Drawing } from "../layout/draw-graph.ts";
import { Card } from "./card.tsx";
import { ContainerBox } from "./container-box.tsx";
import type { GraphLook } from "./graph-look.ts";
import { isSeen, type Size, type View } from "./view.ts";

interface GraphNodesProps {
  readonly drawing: Drawing;
  readonly view: View;
  readonly size: Size;
  readonly look: GraphLook;
  readonly at: string | undefined;
  readonly onSelect: (path: string) => void;
  readonly onToggle: (graphPath: string) => void;
  readonly onItem: (loop: string, index: number) => void;
  /** The edges, above the boxes and below the cards. */
  readonly children: ReactNode;
}

/** The cards and boxes in view. */
export function GraphNodes({ drawing, view, size, look, at, children, ...acts }: GraphNodesProps): ReactNode {
  const seen = drawing.nodes.filter((node) => isSeen(node, view, size));
  return (
    <>
      {seen
        .filter(({ kind }) => kind === "box")
        .map((drawn) => {
          const path = look.pathOf(drawn.node.path);
          return (
            <ContainerBox
              key={drawn.node.path}
              drawn={drawn}
              path={path}
              state={look.stateOf(drawn.node.path)}
              kind={look.kindOf(drawn.node)}
              isPlan={look.isPlan}
              counts={look.countsOf(drawn.node.path)}
              items={look.itemsOf(path)}
              item={look.itemOf(path)}
              isSelected={path === at}
              {...acts}
            />
          );
        })}
      {children}
      {drawing.labels.map(({ key, text, x, y }) => (
        <span key={key} className="group-label" style={{ left: x, top: y - 14 }}>
          {text}
        </span>
      ))}
      {seen
        .filter(({ kind }) => kind === "card")
        .map((drawn) => {
          const path = look.pathOf(drawn.node.path);
          return (
            <Card
              key={drawn.node.path}
              drawn={drawn}
              path={path}
              state={look.stateOf(drawn.node.path)}
              isPlan={look.isPlan}
              note={look.noteOf(drawn.node.path)}
              isSelected={path === at}
              onSelect={acts.onSelect}
            />
          );
        })}
    </>
  );
}
