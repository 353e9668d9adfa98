import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { dirname, join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { initializeOrchestrator, Workflow } from "@ice/orchestrator";
import { createRuntime } from "@ice/core";
import { toolPack } from "@ice/tools";
import { expect, test } from "vitest";

// The public CSV suite csv-spectrum (https://github.com/maxogden/csv-spectrum): `csv_read` reads every file as the suite says,
// but for what is listed here.

/** What ice reads otherwise, and why. A listed file that is read as the suite says fails too. */
const deviations: Readonly<Record<string, string>> = {
  empty: "an empty cell is null",
  empty_crlf: "an empty cell is null",
  location_coordinates: "the JSON of the suite is an object with another telephone number than its CSV",
};

const suite = dirname(fileURLToPath(import.meta.resolve("csv-spectrum")));
const names = readdirSync(join(suite, "csvs")).map((name) => name.replace(/\.csv$/, ""));

test("the suite is there", () => {
  expect(names.length).toBeGreaterThanOrEqual(12);
});

test("every file is read as the suite says, without a problem", async () => {
  const runtime = createRuntime();
  const { close } = await initializeOrchestrator({
    runtime,
    plugins: [toolPack()],
    allow: { directory: join(suite, "csvs"), read: ["."] },
  });
  const nodes = names.map((id) => ({
    id: `f_${id}`,
    type: "tool" as const,
    toolName: "csv_read",
    toolArgs: { path: `${id}.csv` },
  }));
  const { output, error } = await new Workflow(nodes, { name: "spectrum", runtime }).execute();
  await close();
  expect(error).toBeUndefined();
  const different = names.filter((id) => {
    const { items, problems } = output[`f_${id}`] as { items: unknown; problems: unknown };
    const expected: unknown = JSON.parse(readFileSync(join(suite, "json", `${id}.json`), "utf8"));
    return !isDeepStrictEqual([items, problems], [expected, []]);
  });
  expect(different.toSorted()).toEqual(Object.keys(deviations).toSorted());
  expect(output["f_empty"]).toMatchObject({ items: [{ a: "1", b: null, c: null }, { a: "2" }], problems: [] });
});

test("the reference says what is read otherwise", () => {
  const reference = readFileSync(new URL("../../docs/reference/tools.md", import.meta.url), "utf8");
  expect(reference).toMatch(/empty cell/i);
});
