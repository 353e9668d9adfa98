/** `listings[15].shelf.plain` → `listings.shelf.plain`: the path in the graph. */
export const graphPathOf = (path: string): string => path.replaceAll(/\[\d+\]/g, "");

/** The nearest items around a path, outermost first: `a[1].b[2].c` → `{ loop: "a", index: 1 }`, `{ loop: "a[1].b", index: 2 }`. */
export function itemsAround(path: string): { readonly loop: string; readonly index: number }[] {
  return [...path.matchAll(/\[(\d+)\]/g)].map((match) => ({
    loop: path.slice(0, match.index),
    index: Number(match[1]),
  }));
}

/** The last part of a path: `a[1].b` → `b`. */
export const idOf = (path: string): string => path.slice(path.lastIndexOf(".") + 1);

/** `a[1].b` → `a`, `[1]`, `b`. */
export const partsOf = (path: string): string[] => path.match(/\[\d+\]|[^.[\]]+/g) ?? [];
