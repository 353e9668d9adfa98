import { expect, test } from "vitest";
import { spentText } from "./amounts.ts";

test.each([
  [1, 0, "1 token"],
  [1_234_567, 0, "1,234,567 tokens"],
  [15, 0.000_02, "15 tokens <$0.0001"],
  [15, 0.0021, "15 tokens $0.0021"],
  [15, 12.345, "15 tokens $12.35"],
])("%d tokens for %d USD", (totalTokens, costUsd, text) => {
  expect(spentText({ totalTokens, costUsd })).toBe(text);
});
