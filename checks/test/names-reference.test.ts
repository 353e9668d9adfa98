import { join } from "node:path";
import { expect, test } from "vitest";
import { namesReference } from "../src/names-reference.ts";

test("docs/reference/names.md has every public name with its documentation", async () => {
  const names = namesReference(join(import.meta.dirname, "../.."));
  await expect(names).toMatchFileSnapshot("../../docs/reference/names.md");
});
