import { expect, test } from "vitest";
import { httpReference } from "../src/http-reference.ts";

test("docs/reference/http.md says what the routes of the API say", async () => {
  await expect(await httpReference()).toMatchFileSnapshot("../../docs/reference/http.md");
});
