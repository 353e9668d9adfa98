import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";

const introduction = `# Public names

Every name that the packages export, with the first sentence of its documentation; editors show the rest. What is not here is not public: \`@ice/core/internal\` holds what the packages of one release share, and may change with any release.
`;

/** Packages in the order in which their users meet them. */
const packages = [
  "orchestrator",
  "core",
  "builder",
  "tools",
  "llm",
  "mcp",
  "engine-dbos",
  "otel",
  "api",
  "client",
  "sandbox",
  "host",
  "testing",
  "cli",
];

/** `docs/reference/names.md`, from each package's `index.ts`: its sections, its names and their documentation. @param root - the repository. */
export function namesReference(root: string): string {
  return [introduction, ...packages.map((name) => packageSection(root, name))].join("\n");
}

/** A comment in `index.ts` that introduces a section, or an export in it. */
const entry = /^\/\/ (?<section>[^\n]*)$|^export (?:type )?\{(?<names>[^}]*)\} from "(?<from>[^"]+)";$/gm;

function packageSection(root: string, name: string): string {
  const index = join(root, "packages", name, "src/index.ts");
  const lines: string[] = [];
  for (const { groups } of readFileSync(index, "utf8").matchAll(entry)) {
    if (groups!["section"] !== undefined) lines.push("", `### ${groups!["section"]}`, "", "| name | |", "|---|---|");
    else lines.push(...rowsOf(groups!["names"]!, join(dirname(index), groups!["from"]!)));
  }
  return `## @ice/${name}\n${lines.join("\n")}\n`;
}

function rowsOf(names: string, file: string): string[] {
  const source = readFileSync(file, "utf8");
  return names
    .split(",")
    .map((name) => name.trim().replace(/^type /, ""))
    .filter((name) => name !== "")
    .map((name) => {
      const [own = "", exported = own] = name.split(" as ");
      return `| \`${exported}\` | ${sentenceOf(own, source, file).replaceAll("|", String.raw`\|`)} |`;
    });
}

/** The first sentence of the comment before a declaration. @throws Error when there is none. */
function sentenceOf(name: string, source: string, file: string): string {
  const declared = new RegExp(
    String.raw`/\*\*((?:(?!\*/)[^])*)\*/\nexport (?:async )?(?:const|function\*?|class|interface|type) ${name}\b`,
  ).exec(source);
  if (declared === null) throw new Error(`${file}: ${name} is exported without a sentence of documentation.`);
  const text = declared[1]!
    .split("\n")
    .map((line) => line.replace(/^\s*\*? ?/, "").trim())
    .join(" ")
    .trim()
    .replace(/\s*@\w+[^]*$/, "");
  // A dot inside code does not end a sentence.
  return /^(?:`[^`]*`|[^`])*?\.(?=\s|$)/.exec(text)?.[0] ?? text;
}
