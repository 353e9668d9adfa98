import { checkTypes, documents, readDocument, runSnippet } from "./snippets.ts";

const root = process.cwd();
const snippets = documents(root).flatMap(readDocument);
const types = checkTypes(
  snippets.filter(({ info }) => info === "ts" || info === "ts run"),
  root,
);
const failures = snippets.flatMap((snippet) => {
  const problem = runSnippet(snippet, root);
  return problem === undefined ? [] : [`${snippet.file}:${snippet.line} ${problem}`];
});
if (types !== undefined) failures.push(types);
for (const failure of failures) console.log(failure);
console.log(failures.length === 0 ? `${snippets.length} snippets are what they say` : `${failures.length} failures`);
process.exitCode = failures.length === 0 ? 0 : 1;
