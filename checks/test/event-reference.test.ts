import { expect, test } from "vitest";
import { eventReference } from "../src/event-reference.ts";

test("docs/reference/events.md says what the table of events says", async () => {
  await expect(eventReference()).toMatchFileSnapshot("../../docs/reference/events.md");
});
