import { formatDuration } from "../format/format.ts";

/** A label of the axis. */
interface Tick {
  /** 0 to 1. That of a fold is the middle of its label, that of a moment the beginning. */
  readonly place: number;
  readonly label: string;
  readonly isFold: boolean;
}

/** Maps times of a run to places on its timeline, 0 to 1. Long idle times take little room. */
export interface TimeScale {
  at(time: number): number;
  /** Round times since the start, and the length of each fold, as far as their labels have room. @param width - of the axis, in pixels. */
  ticks(width: number): readonly Tick[];
  /** Milliseconds without what was folded. */
  readonly activeMs: number;
  /** Milliseconds that were folded; 0 if none were. */
  readonly foldedMs: number;
}

interface Interval {
  readonly start: number;
  readonly end: number;
}

interface Piece extends Interval {
  readonly isFold: boolean;
  /** Its part of the axis, 0 to 1. */
  readonly room: number;
}

/** Idle times are folded if they are longer than this part of the time in which something ran. */
const foldFrom = 0.5;
/** Nothing shorter is folded. */
const minFoldMs = 1000;
/** The part of the axis that a fold takes. */
const foldRoom = 0.2;
/** What all folds together take at most. */
const maxFoldRoom = 0.6;

/** @param active - when something ran, in any order. @param from - start of the run. @param to - its end, or now. */
export function timeScale(active: readonly Interval[], from: number, to: number): TimeScale {
  const pieces = piecesOf(union(active, from, to), from, to);
  const at = (when: number): number => {
    let place = 0;
    for (const { start, end, room } of pieces) {
      if (when <= start) break;
      place += room * Math.min(1, (when - start) / (end - start));
    }
    return Math.min(1, place);
  };
  return {
    at,
    ticks: (width) => ticksOf(pieces, at, width),
    activeMs: lengthOf(pieces.filter(({ isFold }) => !isFold)),
    foldedMs: lengthOf(pieces.filter(({ isFold }) => isFold)),
  };
}

const lengthOf = (intervals: readonly Interval[]): number =>
  intervals.reduce((sum, { start, end }) => sum + end - start, 0);

/** The time from start to end without gaps: what is busy, and what is idle. */
function piecesOf(busy: readonly Interval[], from: number, to: number): Piece[] {
  const foldsFrom = Math.max(lengthOf(busy) * foldFrom, minFoldMs);
  const parts: (Interval & { readonly isFold: boolean })[] = [];
  let time = from;
  const add = (start: number, end: number, isFold: boolean): void => {
    if (end > start) parts.push({ start, end, isFold });
  };
  for (const { start, end } of [...busy, { start: to, end: to }]) {
    add(time, start, start - time > foldsFrom);
    add(start, end, false);
    time = end;
  }
  const folds = parts.filter(({ isFold }) => isFold).length;
  const activeMs = lengthOf(parts.filter(({ isFold }) => !isFold));
  const fold = activeMs === 0 ? 1 / folds : Math.min(foldRoom, maxFoldRoom / folds);
  const rest = folds === 0 ? 1 : 1 - fold * folds;
  return parts.map(({ start, end, isFold }) => ({
    start,
    end,
    isFold,
    room: isFold ? fold : (rest * (end - start)) / activeMs,
  }));
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
/** Pixels from one round time to the next, at least. */
const minStep = 72;
/** Pixels of a character, and of the room around a label. */
const [characterWidth, around] = [6.5, 12];

/** The start comes first, then folds, the longest first; what has no room beside them is left out. */
function ticksOf(pieces: readonly Piece[], at: (time: number) => number, width: number): Tick[] {
  const [first] = pieces;
  if (first === undefined || width <= 0) return [];
  const from = first.start;
  const taken: (Interval & { readonly tick: Tick })[] = [];
  const add = (place: number, ms: number, isFold: boolean): void => {
    const label = ms === 0 ? "0" : formatDuration(ms);
    const length = label.length * characterWidth + around;
    const start = place * width - (isFold ? length / 2 : 0);
    const own = { start, end: start + length, tick: { place, label, isFold } };
    if (taken.every((other) => own.end <= other.start || own.start >= other.end)) taken.push(own);
  };
  add(0, 0, false);
  const folds = pieces.filter(({ isFold }) => isFold).toSorted((one, other) => lengthOf([other]) - lengthOf([one]));
  for (const { start, end } of folds) add((at(start) + at(end)) / 2, end - start, true);
  for (const ms of roundTimes(pieces, width)) add(at(from + ms), ms, false);
  return taken.map(({ tick }) => tick).toSorted((one, other) => one.place - other.place);
}

/** Times since the start outside of folds, in milliseconds. One with the label of the one before is left out. */
function roundTimes(pieces: readonly Piece[], width: number): number[] {
  const shown = pieces.filter(({ isFold }) => !isFold);
  const [scale] = shown.map(({ start, end, room }) => (room * width) / (end - start));
  if (scale === undefined) return [];
  const step = steps.find((one) => one * scale >= minStep) ?? Math.ceil(minStep / scale);
  const times = new Set<number>();
  const from = pieces[0]!.start;
  for (const { start, end } of shown)
    for (let ms = Math.ceil((start - from) / step) * step; from + ms <= end; ms += step)
      if (formatDuration(ms) !== formatDuration(ms - step)) times.add(ms);
  return [...times];
}
