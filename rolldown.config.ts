import { readFileSync } from "node:fs";
import { defineConfig } from "rolldown";

/** What a package's own package.json says of its entries: files in `dist`, each made of the source of the same name. */
interface Manifest {
  readonly exports: Readonly<Record<string, string | { readonly default: string }>>;
  readonly bin?: Readonly<Record<string, string>>;
}

const { exports, bin = {} } = JSON.parse(readFileSync("package.json", "utf8")) as Manifest;
const built = [
  ...Object.values(exports).map((entry) => (typeof entry === "string" ? entry : entry.default)),
  ...Object.values(bin),
];
const names = built.flatMap((file) => /^\.\/dist\/(.+)\.js$/.exec(file)?.slice(1) ?? []);

/**
 * Bundles the package in whose folder it runs, because loading some hundred files takes longer than what is in them. Other
 * packages stay outside, so that two packages share one copy of a third; what is imported dynamically is a file of its own.
 */
export default defineConfig({
  input: Object.fromEntries(names.map((name) => [name, `src/${name}.ts`])),
  external: /^[^./]/,
  platform: "node",
  output: { dir: "dist", format: "esm", sourcemap: true, chunkFileNames: "[name].js" },
});
