import { expect, test } from "vitest";
import { addNotes, noNotes } from "./live-notes.ts";

const event = (type: string, data = {}, path = "a") => ({ type, at: 1, path, data });

test("the text of a model grows, and begins again with the next request", () => {
  const first = addNotes(noNotes, [event("llm.called"), event("llm.tokenStreamed", { text: "Dear " })]);
  const second = addNotes(first, [event("llm.tokenStreamed", { text: "Kim" }), event("llm.completed")]);
  expect(second.get("a")?.text).toBe("Dear Kim");
  expect(second.get("a")?.events.map(({ type }) => type)).toEqual(["llm.called", "llm.completed"]);
  expect(first.get("a")?.text).toBe("Dear ");
  expect(addNotes(second, [event("llm.called")]).get("a")?.text).toBe("");
});

test("what has a record is no note, and the oldest notes go", () => {
  expect(addNotes(noNotes, [event("node.started")]).size).toBe(0);
  const many = Array.from({ length: 700 }, (_, index) => event("node.progressed", { index }));
  expect(addNotes(noNotes, many).get("a")?.events).toHaveLength(500);
});
