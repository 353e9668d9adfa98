import { readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { load } from "@ice/builder";
import { expect, test } from "vitest";

const root = join(import.meta.dirname, "../..");
// Examples are no part of this package, so they are loaded as a user's files are.
const sources = join(root, "examples/patterns/src");
const { readPatterns } = (await import(`${sources}/patterns.ts`)) as {
  readPatterns(): readonly {
    readonly number: number;
    readonly title: string;
    readonly how: string;
    readonly missing: string | undefined;
    readonly file: string;
    readonly trace: object;
  }[];
};
const patterns = readPatterns();
type Pattern = (typeof patterns)[number];
const { runPattern } = (await import(`${sources}/run-pattern.ts`)) as {
  runPattern(
    pattern: Pattern,
  ): Promise<{ readonly statuses: readonly string[]; readonly differences: readonly string[] }>;
};

test("each of the 43 patterns has one blueprint, whose name is that of the file; 6 are expressed partly", () => {
  expect(patterns.map(({ number }) => number)).toEqual(Array.from({ length: 43 }, (_, index) => index + 1));
  for (const { number, file } of patterns)
    expect(basename(file)).toBe(`${String(number).padStart(2, "0")}-${load(file).name}.yaml`);
  expect(patterns.filter(({ missing }) => missing !== undefined).map(({ number }) => number)).toEqual([
    8, 10, 33, 38, 41, 42,
  ]);
});

test("docs/guide/patterns.md has a row for each pattern, which says what the blueprint says", () => {
  const page = readFileSync(join(root, "docs/guide/patterns.md"), "utf8");
  const rows = [...page.matchAll(/^\| +\d+ +\|.*$/gm)].map(([row]) =>
    row
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
  expect(rows).toEqual(
    patterns.map(({ number, title, how, missing, file }) => [
      String(number),
      `[${title}](../../examples/patterns/${basename(file)})`,
      how,
      missing === undefined ? "yes" : `partly: ${missing}`,
    ]),
  );
});

test.each(patterns)("WCP-$number, $title, behaves as its trace says", async (pattern) => {
  expect(await runPattern(pattern)).toMatchObject({ differences: [] });
});

test("every difference from a trace is reported", async () => {
  const { 28: cancelling } = patterns as unknown as { readonly 28: Pattern };
  const trace = {
    steps: [
      { run: "suspended", changes: { search: "waiting", "search.north": "waiting", "search.south": "completed" } },
      { respond: "search.nowhere", answer: { approved: true } },
    ],
    order: [],
    apart: [],
    output: {},
  };
  const { statuses, differences } = await runPattern({ ...cancelling, trace });
  expect(statuses).toEqual(["suspended"]);
  expect(differences).toEqual([
    "step 1: search.south becomes waiting, expected completed",
    "step 1: search.air becomes waiting, expected no change",
    expect.stringMatching(/^step 2: IceError: .*search\.nowhere/),
  ]);
  const { 0: sequence } = patterns as unknown as { readonly 0: Pattern };
  const wrong = {
    steps: [{ run: "failed", changes: { pick: "completed", pack: "completed", ship: "completed" } }],
    order: ["ship < pick", "pick < call"],
    apart: [["pick", "pack"]],
    output: { parcels: 1 },
  };
  expect((await runPattern({ ...sequence, trace: wrong })).differences).toEqual([
    "step 1: the run is completed, expected failed",
    "call has not started",
    "pick has started before ship ended",
    expect.stringMatching(/^the output is \{"pick":.*\}, expected \{"parcels":1\}$/),
  ]);
});
