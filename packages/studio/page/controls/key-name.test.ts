import { expect, test } from "vitest";
import { keyName } from "./key-name.ts";

test("a key is named as on the keyboard of the system", () => {
  expect([keyName("mod+k", true), keyName("mod+Enter", true)]).toEqual(["⌘K", "⌘↵"]);
  expect([keyName("mod+k", false), keyName("mod+Enter", false)]).toEqual(["Ctrl+K", "Ctrl+↵"]);
  expect(keyName("a", false)).toBe("A");
});
