import { expect, test } from "vitest";
import { allSetups, choices, nameOf, pairsOf, pairwiseSetups } from "../src/packed/setups.ts";

test("a few setups hold every two choices of different factors together", () => {
  const all = allSetups();
  expect(all).toHaveLength(2 ** Object.keys(choices).length);
  const chosen = pairwiseSetups();
  expect(chosen.map(nameOf)).toHaveLength(6);
  expect(new Set(chosen.flatMap(pairsOf))).toEqual(new Set(all.flatMap(pairsOf)));
});
