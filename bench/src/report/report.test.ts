import { expect, test } from "vitest";
import { median } from "../statistics.ts";
import { replaceSection } from "./document.ts";
import { atLeast, atMost, reportToMarkdown } from "./row.ts";

test("the median is the middle, or the mean of the two in the middle", () => {
  expect(median([3, 1, 100])).toBe(3);
  expect(median([4, 1, 2, 100])).toBe(3);
});

test("a report has its tables and whether its targets are met", () => {
  const tables = [{ head: ["shape", "µs"], rows: [["chain", "1.25"]] }];
  const verdicts = [atMost("time", 2, 1.25, { unit: " µs" }), atLeast("lead", 10, 9.4, { unit: "×", digits: 1 })];
  expect(reportToMarkdown({ tables, verdicts, figures: {} }).split("\n")).toEqual([
    "| shape |   µs |",
    "| ----- | ---: |",
    "| chain | 1.25 |",
    "",
    "| target |        | measured |            |",
    "| ------ | -----: | -------: | ---------: |",
    "| time   | ≤ 2 µs |  1.25 µs |        met |",
    "| lead   |  ≥ 10× |     9.4× | **missed** |",
  ]);
});

test("a report replaces what stands between the markers of its row, and nothing else", () => {
  const document = "# Title\n\n<!-- bench:a -->\n\nold\n\n<!-- /bench:a -->\n\n<!-- bench:b --><!-- /bench:b -->\n";
  const once = replaceSection(document, "a", "new");
  expect(once).toBe("# Title\n\n<!-- bench:a -->\n\nnew\n\n<!-- /bench:a -->\n\n<!-- bench:b --><!-- /bench:b -->\n");
  expect(replaceSection(once, "a", "new")).toBe(once);
  expect(() => replaceSection(document, "c", "new")).toThrow("<!-- bench:c -->");
});
