import { globSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { arrows, homes, testArrows } from "./arrows.ts";
import { sourceStrings } from "./source-strings.ts";

/** A line that breaks a rule of the house. */
export interface Violation {
  readonly file: string;
  readonly line: number;
  readonly message: string;
}

/** Checks every package below a repository: arrows (also in strings and dynamic imports), homes of libraries, rooms, exports. */
export function findViolations(root: string): Violation[] {
  return globSync("packages/*/{src,test}/**/*.ts", { cwd: root, exclude: (name) => name === "node_modules" })
    .toSorted()
    .flatMap((file) => check(file.replaceAll("\\", "/"), readFileSync(join(root, file), "utf8"), root));
}

function check(file: string, source: string, root: string): Violation[] {
  const [, folder] = file.split("/");
  const own = `@ice/${folder}`;
  const isTest = file.includes("/test/") || /\.test(-d)?\.ts$/.test(file);
  const violations: Violation[] = [];
  const report = (line: number, message: string): void => void violations.push({ file, line, message });
  for (const { text, line } of sourceStrings(source)) {
    checkPackageName(text, own, isTest, (message) => report(line, message));
    if (/^\.\.?\//.test(text)) {
      const target = relative(root, resolve(root, dirname(file), text)).replaceAll("\\", "/");
      const leaves = target.startsWith("packages/") && !target.startsWith(`packages/${folder}/`);
      if (leaves) report(line, `reaches into another package by path: ${text}`);
    }
    const home = Object.hasOwn(homes, text) ? homes[text] : undefined;
    if (home !== undefined && !isTest && !file.startsWith(home)) report(line, `${text} belongs in ${home}`);
  }
  if (!isTest) checkStyle(file, source, report);
  return violations;
}

function checkPackageName(text: string, own: string, isTest: boolean, report: (message: string) => void): void {
  const name = /^@ice\/[a-z-]*/.exec(text)?.[0];
  if (name === undefined || name === own || name === "@ice/source") return;
  const allowed = arrows[own];
  if (allowed === "all" || allowed?.includes(name) || (isTest && testArrows[own]?.includes(name))) return;
  report(`${own} may not know ${name}`);
}

/** Names of built-in types: shared code reads what their definitions declare, and never branches on them. */
const nodeTypes = "tool|llm|agent|condition|loop|parallel|workflow|recursive|code|human|monitor|swarm";
const branch = new RegExp(`(?:type\\s*===?\\s*|case\\s+)["'](?:${nodeTypes})["']`);

function checkStyle(file: string, source: string, report: (line: number, message: string) => void): void {
  const lines = source.split("\n");
  if (/\/(?:utils?|helpers?|common|misc|shared)(?:\.ts|\/)/.test(file)) report(1, "a room needs a name of its own");
  if (file.startsWith("packages/orchestrator/src/run/") && lines.length > 260)
    report(260, "nothing in run/ should need scrolling: find the second idea");
  for (const [index, line] of lines.entries()) {
    if (/^export default\b/.test(line)) report(index + 1, "no default exports");
    if (/^\s*@[A-Za-z]+(?:\(.*\))?\s*$/.test(line)) report(index + 1, "no decorators");
    if (/^packages\/(?:core\/src\/(?:workflow|expression)|orchestrator\/src\/run)\//.test(file) && branch.test(line))
      report(index + 1, "shared code does not branch on a node's type");
    if (/^(?:await |[a-z][\w.]*\()/.test(line) && !file.endsWith("/main.ts") && !insideTemplate(lines, index))
      report(index + 1, "importing a module does nothing: no statement at the top");
  }
}

/** Whether a line starts inside a template literal or a comment, where it is no statement. */
function insideTemplate(lines: readonly string[], index: number): boolean {
  const before = lines.slice(0, index).join("\n");
  return (before.match(/(?<!\\)`/g)?.length ?? 0) % 2 === 1;
}
