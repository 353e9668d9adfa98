import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describeMachine, type Machine } from "./machine.ts";
import { parseOptions, usage } from "./options.ts";
import { replaceSection } from "./report/document.ts";
import { reportToMarkdown } from "./report/row.ts";

const document = join(import.meta.dirname, "../../docs/benchmarks.md");
const options = parseOptions(process.argv.slice(2));
if (options === undefined) console.log(usage);
else {
  const machine = describeMachine(new Date());
  const results: Record<string, unknown> = { command: options.command, machine };
  for (const { name, measure } of options.rows) {
    const started = performance.now();
    const report = await measure(options.thoroughness);
    const text = `${caption(options.command, machine)}\n\n${reportToMarkdown(report)}`;
    console.log(`\n## ${name} (${((performance.now() - started) / 1000).toFixed(0)} s)\n\n${text}`);
    results[name] = report;
    if (options.write) writeFileSync(document, replaceSection(readFileSync(document, "utf8"), name, text));
  }
  if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(results, undefined, 2)}\n`);
}

function caption(command: string, { date, node, platform, cores, load, commit }: Machine): string {
  const place = `${cores} cores, ${platform}, Node ${node.slice(1)}, ${date}`;
  return `\`${command}\`: ${place}, load before ${load}${commit === undefined ? "" : `, at ${commit}`}`;
}
