import { expect, test } from "vitest";
import { phasesOf, turnsOf } from "./conversation.ts";

const answer = (text: string, ...calls: { name: string; arguments: string }[]) => ({
  model: "m",
  text,
  toolCalls: calls,
  usage: { inputTokens: 3, outputTokens: 2 },
});
const steps = [
  {
    at: 1,
    key: "m1",
    value: answer("I look.", { name: "files__read", arguments: '{"a":1}' }, { name: "x", arguments: "{" }),
  },
  { at: 2, key: "t1.1", value: { error: { code: "ICE_TOOL_ARGS", message: "no" } } },
  { at: 3, key: "t1.0", value: { result: 7 } },
  { at: 4, key: "m2", value: answer("Seven.") },
];

test("calls stand behind the answer that asks for them, with their results", () => {
  expect(turnsOf(steps)).toMatchObject([
    { kind: "answer", text: "I look.", note: "m · 3 tokens in, 2 out" },
    { kind: "call", tool: "files.read", args: { a: 1 }, result: 7, isError: false },
    { kind: "call", tool: "x", args: "{", result: { code: "ICE_TOOL_ARGS" }, isError: true },
    { kind: "answer", text: "Seven." },
  ]);
});

test("a call without a result is still running", () => {
  expect(turnsOf(steps.slice(0, 1))[1]).not.toHaveProperty("result");
});

test("members of a swarm are in their rounds and phases", () => {
  const swarm = [
    { at: 1, key: "r1.propose.a%2Fb/m1", value: answer("hm") },
    { at: 2, key: "r1.propose.a%2Fb", value: "one" },
    { at: 3, key: "r1.propose.c", value: "two" },
    { at: 4, key: "r2.vote.c", value: "a/b" },
    { at: 5, key: "h", value: [] },
  ];
  expect(phasesOf(swarm)).toMatchObject([
    {
      round: 1,
      phase: "propose",
      utterances: [
        { role: "a/b", output: "one", turns: [{ text: "hm" }] },
        { role: "c", output: "two", turns: [] },
      ],
    },
    { round: 2, phase: "vote", utterances: [{ role: "c" }] },
  ]);
});
