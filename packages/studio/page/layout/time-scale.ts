/** Maps times of a run to places on its timeline, 0 to 1. Long idle times take little room. */
export interface TimeScale {
  at(time: number): number;
  readonly ticks: readonly { readonly place: number; readonly ms: number; readonly isFold: boolean }[];
  readonly folded: boolean;
  /** Milliseconds without what was folded. */
  readonly activeMs: number;
}

interface Interval {
  readonly start: number;
  readonly end: number;
}

/** Idle times are folded if they are longer than this part of the time in which something ran. */
const foldFrom = 0.5;
/** The room of a fold, as a part of the active time. */
const foldRoom = 0.2;

/** @param active - when something ran, in any order. @param from - start of the run. @param to - its end, or now. */
export function timeScale(active: readonly Interval[], from: number, to: number): TimeScale {
  const busy = union(active, from, to);
  const busyMs = Math.max(
    1,
    busy.reduce((sum, { start, end }) => sum + end - start, 0),
  );
  const pieces: { start: number; end: number; room: number; isFold: boolean }[] = [];
  let time = from;
  const add = (start: number, end: number, mayFold: boolean): void => {
    const isFold = mayFold && end - start > Math.max(busyMs * foldFrom, 1000);
    if (end > start) pieces.push({ start, end, room: isFold ? busyMs * foldRoom : end - start, isFold });
  };
  for (const { start, end } of busy) {
    add(time, start, true);
    add(start, end, false);
    time = end;
  }
  add(time, to, true);
  const total = Math.max(
    1,
    pieces.reduce((sum, { room }) => sum + room, 0),
  );
  const at = (when: number): number => {
    let room = 0;
    for (const piece of pieces) {
      if (when <= piece.start) break;
      const part = Math.min(1, (when - piece.start) / (piece.end - piece.start));
      room += piece.room * part;
      if (part < 1) break;
    }
    return room / total;
  };
  const folds = pieces.filter(({ isFold }) => isFold);
  const activeMs = pieces.reduce((sum, { start, end, isFold }) => (isFold ? sum : sum + end - start), 0);
  return { at, ticks: ticksOf(pieces, at), folded: folds.length > 0, activeMs };
}

function union(intervals: readonly Interval[], from: number, to: number): Interval[] {
  const merged: { start: number; end: number }[] = [];
  for (const { start, end } of intervals.toSorted((one, other) => one.start - other.start)) {
    const last = merged.at(-1);
    const clipped = { start: Math.max(from, start), end: Math.min(to, end) };
    if (clipped.end < clipped.start) continue;
    if (last !== undefined && clipped.start <= last.end) last.end = Math.max(last.end, clipped.end);
    else merged.push(clipped);
  }
  return merged;
}

const steps = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 2e4, 3e4, 6e4, 12e4, 3e5, 6e5, 18e5, 36e5, 72e5];

/** Round times since the start, about six of them, and the length of each fold. */
function ticksOf(
  pieces: readonly { readonly start: number; readonly end: number; readonly room: number; readonly isFold: boolean }[],
  at: (time: number) => number,
): TimeScale["ticks"] {
  const [first] = pieces;
  if (first === undefined) return [];
  const active = pieces.reduce((sum, { start, end, isFold }) => (isFold ? sum : sum + end - start), 0);
  const step = steps.find((one) => active / one <= 7) ?? active / 6;
  const ticks: TimeScale["ticks"][number][] = [];
  for (const { start, end, isFold } of pieces) {
    if (isFold) ticks.push({ place: (at(start) + at(end)) / 2, ms: end - start, isFold });
    else
      for (let ms = Math.ceil((start - first.start) / step) * step; first.start + ms <= end; ms += step)
        ticks.push({ place: at(first.start + ms), ms, isFold });
  }
  const crowds = (one: number, other: number): boolean => Math.abs(one - other) < 0.1;
  const folds = ticks.filter(({ isFold }) => isFold);
  return ticks.filter(
    ({ place, isFold }, index) => isFold || index === 0 || !folds.some((fold) => crowds(fold.place, place)),
  );
}
