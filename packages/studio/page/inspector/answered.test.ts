import { expect, test } from "vitest";
import { answeredOf } from "./answered.ts";

const none = { approved: null, choice: null, response: null, respondedBy: null, respondedAt: null };
const answered = (output: object) => answeredOf({ type: "human", output: { ...none, ...output } });

test.each([
  [
    { approved: true, respondedBy: "owner", respondedAt: 7 },
    { text: "owner approved", at: 7, answer: undefined },
  ],
  [
    { approved: false, respondedBy: "kim", respondedAt: 8 },
    { text: "kim rejected", at: 8, answer: undefined },
  ],
  [
    { approved: true, choice: "blue", respondedBy: "kim", respondedAt: 9 },
    { text: "kim chose", at: 9, answer: "blue" },
  ],
  [
    { approved: true, response: { price: 3 }, respondedBy: null, respondedAt: 9 },
    { text: "Someone answered", at: 9, answer: { price: 3 } },
  ],
])("%j is said in words", (output, expected) => {
  expect(answered(output)).toEqual(expected);
});

test("without an answer nothing is said", () => {
  expect(answered({ timedOut: true })).toBeUndefined();
  expect(answeredOf({ type: "tool", output: { respondedAt: 3 } })).toBeUndefined();
  expect(answeredOf({ type: "human" })).toBeUndefined();
});
