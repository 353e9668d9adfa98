import { rmSync } from "node:fs";
import { join } from "node:path";
import { checkTypes, cloneAt, documents, readDocument, runSnippet } from "./snippets.ts";

const root = process.cwd();
const clone = cloneAt(root);
const snippets = documents(root).flatMap(readDocument);
const failures: string[] = [];
for (const snippet of snippets) {
  const problem = await runSnippet(snippet, clone);
  if (problem !== undefined) failures.push(`${snippet.file}:${snippet.line} ${problem}`);
}
const types = await checkTypes(snippets, clone, join(root, "node_modules/.bin/tsc"));
if (types !== undefined) failures.push(types);
rmSync(clone.scratch, { recursive: true });
for (const failure of failures) console.log(failure);
console.log(failures.length === 0 ? `${snippets.length} snippets are what they say` : `${failures.length} failures`);
process.exitCode = failures.length === 0 ? 0 : 1;
