import { readFileSync } from "node:fs";
import { join } from "node:path";
import { loadText } from "@ice/builder";
import type { TimedGraph } from "./graph.ts";
import { weightedGraph, type Found } from "./weighted-graph.ts";

const lockFile = join(import.meta.dirname, "../../pnpm-lock.yaml");

/** The packages that this benchmark installs and their dependencies, as for an installer; larger packages take longer. */
export function packageGraph(): TimedGraph {
  const { snapshots } = loadText(readFileSync(lockFile, "utf8"), { format: "yaml" }) as unknown as LockFile;
  const found = Object.entries(snapshots).map(([name, { dependencies = {} }]): Found => {
    const needs = Object.entries(dependencies).map(([dependency, version]) => `${dependency}@${version}`);
    return { name, weight: 1 + needs.length, needs };
  });
  return weightedGraph("packages", found, 400);
}

interface LockFile {
  readonly snapshots: Readonly<Record<string, { readonly dependencies?: Readonly<Record<string, string>> }>>;
}
