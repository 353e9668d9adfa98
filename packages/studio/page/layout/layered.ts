/** A box that has a size but no place. */
export interface Box {
  readonly id: string;
  readonly width: number;
  readonly height: number;
  /** Ids of boxes on its left. Others are ignored. */
  readonly after: readonly string[];
}

export interface Place {
  readonly x: number;
  readonly y: number;
}

export interface Layout {
  readonly places: ReadonlyMap<string, Place>;
  readonly width: number;
  readonly height: number;
}

/** Distances between boxes. */
export interface Gaps {
  readonly column: number;
  readonly row: number;
  /** Width through height of a dense layout: columns are as high as that takes, and stand centred beside each other. */
  readonly aspect?: number;
}

export const rowGap = 24;
const usual: Gaps = { column: 32, row: rowGap };

/** More boxes than this that stand above each other are divided into columns side by side. */
const maxRows = 24;

/** Lays out a graph from left to right: columns by the longest path, rows by sweeps that follow the centres of neighbours. */
export function layered(boxes: readonly Box[], gaps: Gaps = usual): Layout {
  const columns = columnsOf(boxes);
  const left = neighbours(boxes);
  const right = reversed(left);
  for (let sweep = 0; sweep < 6; sweep += 1) sortColumns(columns, sweep % 2 === 0 ? left : right, sweep % 2 === 1);
  const { aspect } = gaps;
  if (aspect === undefined) return place(divided(columns, maxRows), left, gaps);
  return placeDensely(divided(columns, Math.max(maxRows, rowsOf(boxes, gaps, aspect))), gaps, aspect);
}

/** How many boxes stand above each other if all of them fill a rectangle. */
function rowsOf(boxes: readonly Box[], gaps: Gaps, aspect: number): number {
  const width = meanOf(boxes.map((box) => box.width + gaps.column)) ?? 0;
  const height = meanOf(boxes.map((box) => box.height + gaps.row)) ?? 1;
  return Math.ceil(Math.sqrt((boxes.length * width) / height / aspect));
}

const divided = (columns: readonly (readonly Box[])[], most: number): Box[][] =>
  columns.flatMap((column) => partsOf(column, most));

function partsOf(column: readonly Box[], most: number): Box[][] {
  const parts = Math.ceil(column.length / most);
  const size = Math.ceil(column.length / parts);
  return Array.from({ length: parts }, (_, part) => column.slice(part * size, (part + 1) * size));
}

type Neighbours = ReadonlyMap<string, readonly string[]>;

function neighbours(boxes: readonly Box[]): Neighbours {
  const known = new Set(boxes.map(({ id }) => id));
  return new Map(boxes.map(({ id, after }) => [id, after.filter((other) => known.has(other) && other !== id)]));
}

function reversed(left: Neighbours): Neighbours {
  const right = new Map<string, string[]>([...left.keys()].map((id) => [id, []]));
  for (const [id, before] of left) for (const other of before) right.get(other)!.push(id);
  return right;
}

/** Each box stands right of all that it comes after. A circle, which no graph should have, is cut where it is met. */
function columnsOf(boxes: readonly Box[]): Box[][] {
  const left = neighbours(boxes);
  const depth = new Map<string, number>();
  const depthOf = (root: string): number => {
    const stack = [root];
    while (stack.length > 0) {
      const id = stack.at(-1)!;
      const open = left.get(id)!.filter((other) => !depth.has(other) && !stack.includes(other));
      if (open.length > 0) stack.push(open[0]!);
      else {
        depth.set(id, Math.max(-1, ...left.get(id)!.map((other) => depth.get(other) ?? -1)) + 1);
        stack.pop();
      }
    }
    return depth.get(root)!;
  };
  const columns: Box[][] = [];
  for (const box of boxes) (columns[depthOf(box.id)] ??= []).push(box);
  return Array.from(columns, (column) => column ?? []);
}

function sortColumns(columns: Box[][], towards: Neighbours, backwards: boolean): void {
  const rank = new Map<string, number>();
  const note = (column: readonly Box[]): void =>
    column.forEach(({ id }, at) => rank.set(id, column.length === 1 ? 0.5 : at / (column.length - 1)));
  columns.forEach(note);
  for (const column of backwards ? columns.toReversed() : columns) {
    const weight = new Map(
      column.map(({ id }) => {
        const ranks = towards.get(id)!.map((other) => rank.get(other)!);
        return [id, ranks.length === 0 ? rank.get(id)! : ranks.reduce((sum, one) => sum + one, 0) / ranks.length];
      }),
    );
    column.sort((one, other) => weight.get(one.id)! - weight.get(other.id)!);
    note(column);
  }
}

function place(columns: readonly (readonly Box[])[], left: Neighbours, gaps: Gaps): Layout {
  const places = new Map<string, Place>();
  const middle = new Map<string, number>();
  let x = 0;
  for (const column of columns) {
    const width = Math.max(0, ...column.map((box) => box.width));
    let below = -Infinity;
    const wanted = column.map((box) => meanOf(left.get(box.id)!.map((id) => middle.get(id)!)));
    const tops = column.map((box, at) => {
      const top = Math.max((wanted[at] ?? 0) - box.height / 2, below);
      below = top + box.height + gaps.row;
      return top;
    });
    // What was pushed down moves the whole column up again, so that it stays centred on what it comes after.
    const drift = meanOf(tops.map((top, at) => top + column[at]!.height / 2 - (wanted[at] ?? 0))) ?? 0;
    column.forEach((box, at) => {
      const y = tops[at]! - drift;
      places.set(box.id, { x, y });
      middle.set(box.id, y + box.height / 2);
    });
    x += width + gaps.column;
  }
  return normalized(columns, places, Math.max(0, x - gaps.column));
}

/** A wide layout gets more room between its rows, up to four times the usual. */
function placeDensely(columns: readonly (readonly Box[])[], gaps: Gaps, aspect: number): Layout {
  const widths = columns.map((column) => Math.max(0, ...column.map(({ width }) => width)));
  const width = widths.reduce((sum, one) => sum + one + gaps.column, -gaps.column);
  const heightOf = (column: readonly Box[], row: number): number =>
    column.reduce((sum, { height }) => sum + height + row, -row);
  const highest = Math.max(0, ...columns.map((column) => heightOf(column, gaps.row)));
  const rows = Math.max(2, ...columns.map(({ length }) => length));
  const row = gaps.row + Math.min(3 * gaps.row, Math.max(0, (width / aspect - highest) / (rows - 1)));
  const places = new Map<string, Place>();
  let x = 0;
  for (const [at, column] of columns.entries()) {
    let y = -heightOf(column, row) / 2;
    for (const { id, height } of column) {
      places.set(id, { x, y });
      y += height + row;
    }
    x += widths[at]! + gaps.column;
  }
  return normalized(columns, places, Math.max(0, width));
}

const meanOf = (numbers: readonly number[]): number | undefined =>
  numbers.length === 0 ? undefined : numbers.reduce((sum, one) => sum + one, 0) / numbers.length;

function normalized(columns: readonly (readonly Box[])[], places: Map<string, Place>, width: number): Layout {
  let [top, bottom] = [Infinity, -Infinity];
  for (const { y } of places.values()) top = Math.min(top, y);
  for (const box of columns.flat()) {
    const { x, y } = places.get(box.id)!;
    places.set(box.id, { x, y: y - top });
    bottom = Math.max(bottom, y - top + box.height);
  }
  return { places, width, height: Math.max(0, bottom) };
}
