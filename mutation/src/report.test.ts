import { expect, test } from "vitest";
import { isTooLow, replaceRow, rowOf, tallyOf } from "./report.ts";

const tally = { killed: 84, timedOut: 1, survived: 10, notCovered: 5 };

test("counts what was noticed, what was not, and nothing else", () => {
  const mutants = (...statuses: string[]) => ({ mutants: statuses.map((status) => ({ status })) });
  const files = {
    "a.ts": mutants("Killed", "Killed", "Timeout", "Ignored", "CompileError"),
    "b.ts": mutants("Survived", "NoCoverage", "RuntimeError", "Killed"),
  };
  expect(tallyOf({ files })).toEqual({ killed: 3, timedOut: 1, survived: 1, notCovered: 1 });
});

test("85 % are enough, less is not, and no mutants at all are too few", () => {
  expect(isTooLow(tally)).toBe(false);
  expect(isTooLow({ ...tally, survived: 11 })).toBe(true);
  expect(isTooLow({ killed: 0, timedOut: 0, survived: 0, notCovered: 0 })).toBe(true);
});

test("a score never looks better than it is, and the line of its area is replaced", () => {
  const row = rowOf("joins", { killed: 8499, timedOut: 0, survived: 1501, notCovered: 0 }, "2026-11-24, c20e13a");
  expect(row).toBe("| joins | 10000 | 8499 | 0 | 1501 | 0 | 84.9 % | 2026-11-24, c20e13a |");
  const document = "# Scores\n\n| area | mutants |\n| joins     |       – |\n| retry     |       – |\n";
  expect(replaceRow(document, "joins", row)).toBe(`# Scores\n\n| area | mutants |\n${row}\n| retry     |       – |\n`);
  expect(() => replaceRow(document, "guard", row)).toThrow("the document has no line for guard");
});
