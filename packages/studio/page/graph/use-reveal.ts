import { useEffect, useRef } from "react";
import type { Drawing } from "../layout/draw-graph.ts";
import type { ViewControl } from "./use-view.ts";
import { canvasBelow, centreOn, isInside } from "./view.ts";

/** A path of the run that is to be seen. Another object with the same path brings it into view again. */
export interface Revealed {
  readonly path: string;
}

interface RevealOptions {
  readonly drawing: Drawing;
  readonly control: ViewControl;
  readonly pathOf: (graphPath: string) => string;
}

/** Moves to a node that is not in view, and zooms in where nodes are marks. A container stays as it is seen. */
export function useReveal(revealed: Revealed | undefined, { drawing, control, pathOf }: RevealOptions): void {
  const seen = useRef(revealed);
  useEffect(() => {
    if (revealed === undefined || revealed === seen.current) return;
    const found = drawing.nodes.find(({ node }) => pathOf(node.path) === revealed.path);
    if (found === undefined) return;
    seen.current = revealed;
    const { view, size, set } = control;
    if (found.kind === "card" && view.zoom < canvasBelow) set(centreOn(found, size, 1));
    else if (!isInside(found, view, size)) set(centreOn(found, size, view.zoom));
  }, [revealed, drawing, control, pathOf]);
}
