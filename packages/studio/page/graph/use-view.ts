import { useCallback, useEffect, useLayoutEffect, useRef, useState, type RefObject } from "react";
import type { Drawing } from "../layout/draw-graph.ts";
import { fit, zoomAt, type Size, type View } from "./view.ts";

export interface ViewControl {
  readonly box: RefObject<HTMLDivElement | null>;
  readonly view: View;
  readonly size: Size;
  readonly fit: () => void;
  readonly zoomBy: (factor: number) => void;
  readonly set: (view: View) => void;
}

/** The view of a drawing: it fits until a person moves it. The wheel moves, with ⌘ or Ctrl it zooms; dragging moves. */
export function useView(drawing: Drawing): ViewControl {
  const box = useRef<HTMLDivElement>(null);
  const [size, setSize] = useState<Size>({ width: 0, height: 0 });
  const [own, setOwn] = useState<View>();
  const view = own ?? fit(drawing, size);
  const current = useRef(view);
  current.current = view;
  useLayoutEffect(() => {
    const element = box.current!;
    const measure = (): void => setSize({ width: element.clientWidth, height: element.clientHeight });
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    measure();
    return () => observer.disconnect();
  }, []);
  const set = useCallback((next: View) => {
    current.current = next;
    setOwn(next);
  }, []);
  useEffect(() => listenTo(box.current!, current, set), [set]);
  const fitAgain = useCallback(() => setOwn(undefined), []);
  const zoomBy = useCallback(
    (factor: number) => {
      const { clientWidth, clientHeight } = box.current!;
      set(zoomAt(current.current, current.current.zoom * factor, { x: clientWidth / 2, y: clientHeight / 2 }));
    },
    [set],
  );
  return { box, view, size, fit: fitAgain, zoomBy, set };
}

function listenTo(element: HTMLElement, current: { readonly current: View }, set: (view: View) => void): () => void {
  const wheel = (event: WheelEvent): void => {
    event.preventDefault();
    const view = current.current;
    const { left, top } = element.getBoundingClientRect();
    if (event.ctrlKey || event.metaKey) {
      const point = { x: event.clientX - left, y: event.clientY - top };
      set(zoomAt(view, view.zoom * Math.exp(-event.deltaY * 0.0022), point));
    } else set({ ...view, x: view.x - event.deltaX, y: view.y - event.deltaY });
  };
  const down = (event: PointerEvent): void => {
    if (event.button !== 0 || (event.target as Element).closest("button") !== null) return;
    const start = { view: current.current, x: event.clientX, y: event.clientY };
    const drag = ({ clientX, clientY }: PointerEvent): void =>
      set({ ...start.view, x: start.view.x + clientX - start.x, y: start.view.y + clientY - start.y });
    const up = (): void => {
      window.removeEventListener("pointermove", drag);
      window.removeEventListener("pointerup", up);
    };
    window.addEventListener("pointermove", drag);
    window.addEventListener("pointerup", up);
  };
  element.addEventListener("wheel", wheel, { passive: false });
  element.addEventListener("pointerdown", down);
  return () => {
    element.removeEventListener("wheel", wheel);
    element.removeEventListener("pointerdown", down);
  };
}
