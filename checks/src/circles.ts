/** Files with the imports of each, types included. */
export type Imports = ReadonlyMap<string, readonly string[]>;

/** Groups of two or more files of which each reaches all others, sorted (Tarjan's strongly connected components). */
export function findCircles(imports: Imports): string[][] {
  const circles: string[][] = [];
  const indexes = new Map<string, number>();
  const lowest = new Map<string, number>();
  const open: string[] = [];
  const visit = (file: string): void => {
    const index = indexes.size;
    indexes.set(file, index);
    lowest.set(file, index);
    open.push(file);
    for (const target of imports.get(file) ?? []) {
      if (!indexes.has(target)) visit(target);
      else if (!open.includes(target)) continue;
      lowest.set(file, Math.min(lowest.get(file)!, lowest.get(target)!));
    }
    if (lowest.get(file) !== index) return;
    const circle = open.splice(open.indexOf(file));
    if (circle.length > 1) circles.push(circle.toSorted());
  };
  for (const file of imports.keys()) if (!indexes.has(file)) visit(file);
  return circles;
}
