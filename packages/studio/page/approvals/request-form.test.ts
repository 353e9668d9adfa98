import { expect, test } from "vitest";
import { answerBody, formOf } from "./request-form.ts";

const request = { approvalType: "approval" as const, choices: [], responseSchema: null };

test("an approval is a choice of two, of which none is made", () => {
  const form = formOf(request);
  expect(form).toMatchObject({ kind: "radio", options: ["approve", "reject"], preset: undefined });
  expect([answerBody(request, form, "approve"), answerBody(request, form, "reject")]).toEqual([
    { approved: true },
    { approved: false },
  ]);
});

test("a choice offers what was declared", () => {
  const choice = { ...request, approvalType: "choice" as const, choices: ["a", "b"] };
  expect(formOf(choice)).toMatchObject({ kind: "radio", options: ["a", "b"] });
  expect(answerBody(choice, formOf(choice), "b")).toEqual({ choice: "b" });
});

test("an input is what its schema says, or any JSON", () => {
  const input = { ...request, approvalType: "input" as const, responseSchema: { type: "string" } };
  expect(formOf(input).kind).toBe("text");
  expect(formOf({ ...input, responseSchema: null }).kind).toBe("json");
  expect(answerBody(input, formOf(input), "yes")).toEqual({ response: "yes" });
});
