import { fileURLToPath } from "node:url";
import { load } from "@ice/builder";
import type { BlueprintInput, JsonObject, RunResult, ToolDefinition } from "@ice/core";
import { initializeOrchestrator, Workflow } from "@ice/orchestrator";
import { createTools, toolPack } from "@ice/tools";
import { buildWorkflow } from "./build-workflow.ts";
import { priceItem } from "./price-item.ts";
import { writeListing } from "./write-listing.ts";

const here = fileURLToPath(new URL("..", import.meta.url));
const tools = [priceItem, writeListing] as unknown as ToolDefinition[];
const { close } = await initializeOrchestrator({ tools, plugins: [toolPack()], allow: { directory: here } });

// The same workflow twice: written in TypeScript, and as a file.
console.error("The workflow written in TypeScript (src/build-workflow.ts):");
const built = await run(buildWorkflow(createTools()), "out/listings.json");
console.error("\nThe same workflow from a file (seller-assistant.yaml):");
const loaded = await run(load(`${here}/seller-assistant.yaml`), "out/listings.yaml.json");
await close();

const { listed, failed, problems, categories, note } = built.output as unknown as Report;
console.log(`\n${note}: ${listed} listings, ${failed.length} items need attention\n`);
for (const { category, listings, averagePrice, dearest } of categories)
  console.log(
    `  ${category.padEnd(12)} ${String(listings).padStart(2)} listings   average €${averagePrice.toFixed(2).padStart(6)}   dearest €${dearest.toFixed(2).padStart(6)}`,
  );
console.log("\nitems that need attention:");
for (const message of failed) console.log(`  ${message}`);
console.log("\nproblems in the file:");
for (const { line, message } of problems) console.log(`  line ${line}: ${message}`);

const same = JSON.stringify({ ...built.output, file: "" }) === JSON.stringify({ ...loaded.output, file: "" });
console.log(
  `\n${Object.keys(built.nodes).length} nodes ran in ${built.durationMs} ms; the YAML file gives ${same ? "the same result" : "ANOTHER RESULT"}.`,
);
console.log("Written to examples/seller-assistant/out/listings.json");
console.log("\nNext: pnpm ice run examples/hello.yaml --input name=you");
console.log("      pnpm ice graph examples/hello.yaml");
if (!same || built.status !== "completed") process.exitCode = 1;

interface Report {
  readonly listed: number;
  readonly failed: readonly string[];
  readonly problems: readonly { readonly line: number; readonly message: string }[];
  readonly categories: readonly {
    readonly category: string;
    readonly listings: number;
    readonly averagePrice: number;
    readonly dearest: number;
  }[];
  readonly note: string;
}

async function run({ nodes, name, ...fields }: BlueprintInput, out: string): Promise<RunResult> {
  const { schemaVersion: _, ...options } = fields;
  const workflow = new Workflow(nodes, { name, ...options });
  workflow.validate();
  const inputs: JsonObject = { csv: "data/inventory.csv", out };
  const started = Date.now();
  const result = await workflow.execute(inputs, {
    onEvent({ type, path, data }) {
      if (type === "node.failed") console.error(`✗ ${path}  ${data.error.message}`);
      else if (type === "node.completed" && !path.includes("[")) console.error(`✓ ${path}  ${data.durationMs} ms`);
    },
  });
  console.error(`${result.status} ${name} in ${Date.now() - started} ms`);
  if (result.error !== undefined)
    console.error(`${result.error.code} at ${result.error.path}: ${result.error.message}`);
  return result;
}
