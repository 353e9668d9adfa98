import type { Drawing } from "../layout/draw-graph.ts";

/** Which part of a drawing is seen: a point of the drawing is at `x + point.x * zoom`. */
export interface View {
  readonly zoom: number;
  readonly x: number;
  readonly y: number;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

const minZoom = 0.05;
const maxZoom = 1.6;
/** Below it one canvas draws all nodes. */
export const canvasBelow = 0.4;

const margin = 24;

/** The whole drawing, not enlarged. */
export function fit({ width, height }: Drawing, box: Size): View {
  const room = { width: box.width - 2 * margin, height: box.height - 2 * margin };
  const zoom = Math.max(minZoom, Math.min(1, room.width / Math.max(1, width), room.height / Math.max(1, height)));
  return { zoom, x: (box.width - width * zoom) / 2, y: (box.height - height * zoom) / 2 };
}

/** Another zoom around a point of the box that stays where it is. */
export function zoomAt(view: View, zoom: number, point: { readonly x: number; readonly y: number }): View {
  const next = Math.min(maxZoom, Math.max(minZoom, zoom));
  const ratio = next / view.zoom;
  return { zoom: next, x: point.x - (point.x - view.x) * ratio, y: point.y - (point.y - view.y) * ratio };
}

interface Area extends Size {
  readonly x: number;
  readonly y: number;
}

/** The area in the middle of the box. */
export const centreOn = (area: Area, box: Size, zoom: number): View => ({
  zoom,
  x: box.width / 2 - (area.x + area.width / 2) * zoom,
  y: box.height / 2 - (area.y + area.height / 2) * zoom,
});

/** Whether all of an area is in the box. */
export const isInside = (area: Area, { zoom, x, y }: View, box: Size): boolean =>
  x + area.x * zoom >= 0 &&
  y + area.y * zoom >= 0 &&
  x + (area.x + area.width) * zoom <= box.width &&
  y + (area.y + area.height) * zoom <= box.height;

/** Whether any of an area is in the box, or just outside. */
export function isSeen(area: Area, { zoom, x, y }: View, box: Size): boolean {
  const around = 200;
  const [left, top] = [x + area.x * zoom, y + area.y * zoom];
  return (
    left < box.width + around &&
    top < box.height + around &&
    left + area.width * zoom > -around &&
    top + area.height * zoom > -around
  );
}
