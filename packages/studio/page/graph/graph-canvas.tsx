import { useEffect, useRef, type ReactNode } from "react";
import type { DrawnNode, Drawing } from "../layout/draw-graph.ts";
import { paint, type Painted } from "./paint.ts";
import type { Size, View } from "./view.ts";

interface GraphCanvasProps {
  readonly drawing: Drawing;
  readonly view: View;
  readonly size: Size;
  readonly look: (node: DrawnNode) => Painted;
  readonly theme: string;
}

export function GraphCanvas({ drawing, view, size, look, theme }: GraphCanvasProps): ReactNode {
  const ref = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const canvas = ref.current!;
    const ratio = window.devicePixelRatio;
    const [width, height] = [Math.round(size.width * ratio), Math.round(size.height * ratio)];
    if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
    const context = canvas.getContext("2d")!;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    const style = getComputedStyle(document.documentElement);
    const known = new Map<string, string>();
    const colours = (name: string): string => {
      const colour = known.get(name) ?? style.getPropertyValue(name);
      known.set(name, colour);
      return colour;
    };
    paint(context, { drawing, view, size, look, colours });
  }, [drawing, view, size, look, theme]);
  return (
    <canvas ref={ref} className="graph-canvas" style={{ width: size.width, height: size.height }} aria-hidden="true" />
  );
}
