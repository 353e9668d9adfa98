import { expect, test } from "vitest";
import { hideCredentials, withoutCredentials } from "./without-credentials.ts";

test.each([
  ["postgres://user:secret@host/db", "postgres://…@host/db"],
  ["postgres://user:se/cr?e#t@x@host/db", "postgres://…@host/db"],
  ["postgres://user:my secret@host/db", "postgres://…@host/db"],
  ["user:secret@host/db", "user:…@host/db"],
  ["postgres://host/db?user=kim&password=secret&ssl=1", "postgres://host/db?user=kim&password=…&ssl=1"],
  ["https://kim:secret@example.com/a@b", "https://…@b"],
  ["https://secret@example.com/", "https://…@example.com/"],
  ["https://kim:secret@:80/", "https://…@:80/"],
  ["https://example.com/@kim?mail=a@b#c@d", "https://example.com/@kim?mail=a@b#c@d"],
  ["https://example.com/hook?api_key=secret&x=1", "https://example.com/hook?api_key=…&x=1"],
  ["memory:", "memory:"],
])("%s is shown as %s", (address, shown) => {
  expect(withoutCredentials(address)).toBe(shown);
});

test("in a text, only addresses change", () => {
  expect(hideCredentials('kim@example.com is not "redis://u:secret@cache:6379" nor "https://u:secret@x.y/".')).toBe(
    'kim@example.com is not "redis://…@cache:6379" nor "https://…@x.y/".',
  );
});

test("a long text is processed quickly", () => {
  const started = performance.now();
  hideCredentials("a.".repeat(500_000));
  hideCredentials("a://".repeat(100_000));
  withoutCredentials(`x://${"?key".repeat(100_000)}`);
  expect(performance.now() - started).toBeLessThan(3000);
});
