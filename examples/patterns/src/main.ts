/** Runs all patterns, or those that are named: node main.ts [9 structured-loop …]. Exits with 1 if one differs from its trace. */
import { basename } from "node:path";
import { readPatterns, type Pattern } from "./patterns.ts";
import { runPattern } from "./run-pattern.ts";

const words = process.argv.slice(2);
const isNamed = ({ number, file }: Pattern, word: string): boolean =>
  /^\d+$/.test(word) ? Number(word) === number : basename(file).includes(word);

const patterns = readPatterns();
const unknown = words.find((word) => !patterns.some((pattern) => isNamed(pattern, word)));
if (unknown !== undefined) {
  console.error(`There is no pattern "${unknown}".`);
  process.exit(1);
}
const chosen = patterns.filter((pattern) => words.length === 0 || words.some((word) => isNamed(pattern, word)));

let failed = 0;
for (const pattern of chosen) {
  const { statuses, differences } = await runPattern(pattern);
  const isRight = differences.length === 0;
  console.log(`${isRight ? "✓" : "✗"} ${`WCP-${pattern.number}`.padEnd(6)} ${pattern.title}: ${statuses.join(", ")}`);
  for (const difference of differences) console.log(`    ${difference}`);
  if (!isRight) failed += 1;
}
console.log(`${chosen.length - failed} of ${chosen.length} patterns behave as their traces say.`);
process.exitCode = failed === 0 ? 0 : 1;
