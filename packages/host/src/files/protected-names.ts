/** Names of the configuration, in the order in which `ice` looks for them in the working directory. */
export const configurationNames: readonly string[] = ["ts", "mts", "cts", "mjs", "cjs", "js"].map(
  (ending) => `ice.config.${ending}`,
);

const manifests = [
  "package.json",
  "package-lock.json",
  "npm-shrinkwrap.json",
  "pnpm-lock.yaml",
  "yarn.lock",
  "bun.lock",
  "bun.lockb",
  "deno.lock",
];

/** The tools of MCP servers that the owner has trusted: who writes it decides what servers may offer. */
const trustedTools = "ice.mcp.json";

/** Names in a project's folder that decide what runs there. */
export const decidingNames: readonly string[] = [...configurationNames, trustedTools, ...manifests];

const configurations: ReadonlySet<string> = new Set([...configurationNames, trustedTools]);
const packageFiles: ReadonlySet<string> = new Set(manifests);

/**
 * Why a name on the way to a file is protected in every directory; undefined if it is not.
 */
export function problemOfName(name: string): string | undefined {
  const folded = foldName(name);
  if (folded.startsWith(".")) return "names that begin with a dot are never read or written";
  if (folded === "node_modules") return "node_modules is never read or written";
  if (configurations.has(folded)) return "the configuration of ice is never read or written";
  return packageFiles.has(folded) ? "manifests and lock files of packages are never read or written" : undefined;
}

/** Ways to one file, each from a directory that holds it: the names between them. */
export type Ways = readonly (readonly string[])[];

/** Why every way to a file contains a protected name; undefined if one does not, or if there is no way. */
export function problemOfWays(ways: Ways): string | undefined {
  const problems = ways.map((way) => way.map(problemOfName).find((problem) => problem !== undefined));
  return problems.includes(undefined) ? undefined : problems[0];
}

/**
 * A name as the most lenient file system compares it: HFS+ and APFS ignore case, forms of characters and invisible ones; Windows
 * ignores case, trailing dots and spaces, and what comes after a colon.
 */
export function foldName(name: string): string {
  const visible = name
    .replace(/\p{Default_Ignorable_Code_Point}/gu, "")
    .normalize("NFKC")
    .toLowerCase();
  return visible.replace(/:.*$/s, "").replace(/(?<=[^. ])[. ]+$/, "");
}
