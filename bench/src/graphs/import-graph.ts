import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { TimedGraph } from "./graph.ts";
import { weightedGraph, type Found } from "./weighted-graph.ts";

const packages = join(import.meta.dirname, "../../../packages");

/** The source files of ice and their imports, as for a bundler; the time of a file is proportional to its length. */
export function importGraph(): TimedGraph {
  const files = globSync("*/src/**/*.ts", { cwd: packages, exclude: (name) => /\.test(-d)?\.ts$/.test(name) });
  return weightedGraph("imports", files.toSorted().map(read), 400);
}

function read(file: string): Found {
  const source = readFileSync(join(packages, file), "utf8");
  const imports = source.matchAll(/^(?:import|export) (?!type )[^;]*? from "([^"]+)";/gms);
  const needs = [...imports].flatMap(([, target = ""]) => {
    if (target.startsWith(".")) return [join(file, "..", target)];
    return target.startsWith("@ice/") ? [`${target.slice("@ice/".length)}/src/index.ts`] : [];
  });
  return { name: file, weight: source.length, needs };
}
