import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** A spread that leaves a key out where its value is undefined: `...(x === undefined ? {} : { x })`, `...(x !== undefined && { x })`. */
export interface ConditionalSpread {
  /** Below `packages/`, with slashes. */
  readonly file: string;
  readonly line: number;
  readonly text: string;
}

/** Those in the sources of the packages, without tests. */
export function findConditionalSpreads(root: string): ConditionalSpread[] {
  const packages = join(root, "packages");
  return globSync("*/src/**/*.ts", { cwd: packages })
    .map((file) => file.replaceAll("\\", "/"))
    .filter((file) => !/\.test(-d)?\.ts$/.test(file))
    .toSorted()
    .flatMap((file) => spreadsIn(readFileSync(join(packages, file), "utf8"), file));
}

function spreadsIn(source: string, file: string): ConditionalSpread[] {
  return [...source.matchAll(/\.\.\.\(\s*[^(){};]*?(?:=== undefined\s*\?\s*\{\}\s*:|!== undefined\s*&&)\s*\{/g)].map(
    ({ 0: text, index }) => ({ file, line: source.slice(0, index).split("\n").length, text }),
  );
}
