import { expect, test } from "vitest";
import { nodeReference } from "../src/node-reference.ts";

test("docs/reference/nodes.md says what the models say", async () => {
  await expect(nodeReference()).toMatchFileSnapshot("../../docs/reference/nodes.md");
});
