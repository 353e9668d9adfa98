import { endlessTimeSlice, type JsonObject, type WaitRequest } from "@ice/core";
import { createFakeClock } from "@ice/testing";
import { expect, test } from "vitest";
import { journalOf, suspended } from "./journal/sample-run.ts";
import { MemoryRunStore } from "../src/journal/memory-run-store.ts";
import { createHumanTaskService } from "../src/services/human-tasks.ts";

async function asking(responseSchema: WaitRequest["responseSchema"]) {
  const store = new MemoryRunStore();
  const wait: WaitRequest = {
    kind: "human",
    promptMessage: "How many?",
    approvalType: "input",
    choices: [],
    responseSchema,
    assignees: [],
    expiresAt: null,
    escalated: false,
  };
  await journalOf(store, "r", [{ kind: "waiting", at: 1, path: "ask", request: 1, wait }, suspended]);
  return createHumanTaskService({ store, clock: createFakeClock(), timeSlice: endlessTimeSlice });
}

test.each<[string, JsonObject, string]>([
  [
    "a pattern that is none",
    { type: "string", pattern: "(" },
    "`pattern` must be a regular expression of RE2, at most 1024 characters",
  ],
  ["a reference that leads nowhere", { $ref: "#/$defs/x" }, "`$ref: #/$defs/x` leads nowhere"],
  ["a keyword of another type", { type: "object", properties: [] }, "`properties` must be a map of schemas"],
])("a stored schema with %s is damage of the store", async (_name, schema, why) => {
  const tasks = await asking(schema);
  await expect(tasks.respond("r", "ask", { response: "x" })).rejects.toMatchObject({
    code: "ICE_STORE_CORRUPT",
    message: `The store is damaged: what run "r" asks at "ask" has no valid schema: ${why}.`,
  });
});

test("an answer that is not JSON does not fit, and says where", async () => {
  const tasks = await asking(null);
  const answer = tasks.respond("r", "ask", { response: { a: [Number.NaN] } });
  await expect(answer).rejects.toMatchObject({
    code: "ICE_RESPONSE_INVALID",
    message: 'The answer does not fit "ask": the answer at /a/0 is NaN.',
  });
});

test("the name of who answers has at most 200 characters", async () => {
  const tasks = await asking(null);
  await expect(tasks.respond("r", "ask", { response: 1 }, { by: "k".repeat(201) })).rejects.toMatchObject({
    code: "ICE_RESPONSE_INVALID",
  });
  expect(await tasks.respond("r", "ask", { response: 1 }, { by: "k".repeat(200) })).toMatchObject({ accepted: true });
});
