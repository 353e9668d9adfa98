import { globSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { builtinNodes } from "@ice/core";
import { arrows, homes, testArrows } from "./arrows.ts";
import { findCircles, type Imports } from "./circles.ts";
import { recursion, rooms } from "./rooms.ts";
import { sourceStrings } from "./source-strings.ts";

/** A line that breaks a rule of the house. */
export interface Violation {
  readonly file: string;
  readonly line: number;
  readonly message: string;
}

/**
 * Checks every package below a repository: arrows between packages (also in strings and dynamic imports) and between folders,
 * circles of files, homes of libraries, exports.
 */
export function findViolations(root: string): Violation[] {
  const imports = new Map<string, string[]>();
  const violations = globSync("packages/*/{src,test,page}/**/*.{ts,tsx}", {
    cwd: root,
    exclude: (name) => name === "node_modules",
  })
    .toSorted()
    .flatMap((file) => check(file.replaceAll("\\", "/"), readFileSync(join(root, file), "utf8"), root, imports));
  return [...violations, ...checkCircles(imports)];
}

/** Besides the one recursion of the engine, files do not import each other, not even types. */
function checkCircles(imports: Imports): Violation[] {
  return findCircles(imports)
    .filter((circle) => circle.some((file) => !recursion.includes(file)))
    .map((circle) => ({ file: circle[0]!, line: 1, message: `imports each other: ${circle.join(", ")}` }));
}

/** @param imports - the sources of the file are added to it. */
function check(file: string, source: string, root: string, imports: Map<string, string[]>): Violation[] {
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
      if (!isTest && /\.tsx?$/.test(target)) {
        checkRoom(file, target, (message) => report(line, message));
        imports.set(file, [...(imports.get(file) ?? []), target]);
      }
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

/** Folders import downward. */
function checkRoom(file: string, target: string, report: (message: string) => void): void {
  const [from, to] = [roomOf(file), roomOf(target)];
  if (from === undefined || from.folder === to?.folder) return;
  const order = rooms[from.package] ?? [];
  if (!order.includes(from.folder)) report(`the folder ${from.folder}/ needs a place in checks/src/rooms.ts`);
  else if (to === undefined) report(`${from.folder}/ may not know ${target}, which stands above it`);
  else if (order.indexOf(to.folder) < order.indexOf(from.folder))
    report(`${from.folder}/ may not know ${to.folder}/, which stands above it`);
}

/** The first folder below `src`; undefined for a file outside the folders, or outside `src`. */
function roomOf(file: string): { readonly package: string; readonly folder: string } | undefined {
  const [, name, folder] = /^packages\/([^/]+)\/(?:src|page)\/([^/]+)\//.exec(file) ?? [];
  return folder === undefined ? undefined : { package: name!, folder };
}

/** Names of built-in types: shared code reads what their definitions declare, and never branches on them. */
const nodeTypes = Object.keys(builtinNodes).join("|");
const branch = new RegExp(`(?:type\\s*===?\\s*|case\\s+)["'](?:${nodeTypes})["']`);

const shared =
  /^packages\/(?:core\/src\/(?:analysis|blueprint|expression|runtime)|orchestrator\/src\/(?:engine|run|history|scheduling|plan))\//;
const heart = /^packages\/orchestrator\/src\/(?:engine|run|history|scheduling|plan)\//;

function checkStyle(file: string, source: string, report: (line: number, message: string) => void): void {
  const lines = source.split("\n");
  if (/\/(?:utils?|helpers?|common|misc|shared)(?:\.ts|\/)/.test(file)) report(1, "a room needs a name of its own");
  if (heart.test(file) && lines.length > 260)
    report(260, "nothing in the heart of the engine should need scrolling: find the second idea");
  for (const [index, line] of lines.entries()) {
    if (/^export default\b/.test(line)) report(index + 1, "no default exports");
    if (/^\s*@[A-Za-z]+(?:\(.*\))?\s*$/.test(line)) report(index + 1, "no decorators");
    if (shared.test(file) && branch.test(line)) report(index + 1, "shared code does not branch on a node's type");
    if (/^(?:await |[a-z][\w.]*\()/.test(line) && !/\/main\.tsx?$/.test(file) && !insideTemplate(lines, index))
      report(index + 1, "importing a module does nothing: no statement at the top");
  }
}

/** Whether a line starts inside a template literal or a comment, where it is no statement. */
function insideTemplate(lines: readonly string[], index: number): boolean {
  const before = lines.slice(0, index).join("\n");
  return (before.match(/(?<!\\)`/g)?.length ?? 0) % 2 === 1;
}
