import { layered, rowGap, type Box, type Layout, type Place } from "./layered.ts";

/** Beside a box that is so high, a chain of cards stands upright, which leaves more room for the box. */
const highBox = 160;
const cardHeight = 60;
const maxStack = 4;

/** Lays out a graph like `layered`; chains of cards beside a high box are stacked in one column. */
export function layeredInStacks(boxes: readonly Box[]): Layout {
  const stacks = boxes.some(({ height }) => height > highBox) ? stacksOf(boxes) : [];
  const stackOf = new Map(stacks.flatMap((stack) => stack.map(({ id }) => [id, stack] as const)));
  const nameOf = (id: string): string => stackOf.get(id)?.[0]!.id ?? id;
  const merged = boxes
    .filter(({ id }) => nameOf(id) === id)
    .map((box): Box => {
      const stack = stackOf.get(box.id);
      return {
        id: box.id,
        width: Math.max(...(stack ?? [box]).map(({ width }) => width)),
        height: stack === undefined ? box.height : heightOf(stack),
        after: box.after.map(nameOf),
      };
    });
  const { places, width, height } = layered(merged);
  const all = new Map<string, Place>(places);
  for (const stack of stacks) {
    const { x, y } = places.get(stack[0]!.id)!;
    let top = y;
    for (const box of stack) {
      all.set(box.id, { x, y: top });
      top += box.height + rowGap;
    }
  }
  return { places: all, width, height };
}

const heightOf = (stack: readonly Box[]): number => stack.reduce((sum, { height }) => sum + height + rowGap, -rowGap);

/** Chains of at least two cards, in which each one comes after the one before alone, and nothing else does. */
function stacksOf(boxes: readonly Box[]): Box[][] {
  const following = new Map<string, Box[]>();
  for (const box of boxes) for (const id of box.after) following.set(id, [...(following.get(id) ?? []), box]);
  const next = (box: Box): Box | undefined => {
    const [only, ...others] = following.get(box.id) ?? [];
    return only !== undefined && others.length === 0 && only.after.length === 1 && isCard(only) ? only : undefined;
  };
  const taken = new Set<string>();
  const stacks: Box[][] = [];
  for (const box of boxes) {
    const before = box.after.length === 1 ? boxes.find(({ id }) => id === box.after[0]) : undefined;
    const startsHere = isCard(box) && (before === undefined || !isCard(before) || next(before) !== box);
    if (!startsHere || taken.has(box.id)) continue;
    const stack = [box];
    for (let one = next(box); one !== undefined && stack.length < maxStack; one = next(one)) stack.push(one);
    for (const { id } of stack) taken.add(id);
    if (stack.length > 1) stacks.push(stack);
  }
  return stacks;
}

const isCard = ({ height }: Box): boolean => height <= cardHeight;
