import { describe, expect, test } from "vitest";
import { isAbout, isWithin, parseHostRule } from "./host-rule.ts";

const rule = (entry: string) => parseHostRule(entry, "allow.http");

describe("an entry of the list of hosts", () => {
  test.each([
    ["api.example.com", "https://api.example.com/x", true],
    ["api.example.com", "http://API.example.com./", true],
    ["api.example.com", "https://api.example.com:8443/", false],
    ["api.example.com", "https://example.com/", false],
    ["api.example.com", "https://api.example.com.evil.test/", false],
    ["API.Example.COM.", "https://api.example.com/", true],
    ["*.example.com", "https://a.b.example.com/", true],
    ["*.example.com", "https://example.com/", false],
    ["*.example.com", "https://badexample.com/", false],
    ["*.example.com", "https://a.example.com:444/", false],
    ["127.0.0.1:8080", "http://127.0.0.1:8080/", true],
    ["127.0.0.1:8080", "http://127.1:8080/", true],
    ["0x7f.1:8080", "http://127.0.0.1:8080/", true],
    ["127.0.0.1:8080", "http://127.0.0.1/", false],
    ["localhost:443", "https://localhost/", true],
    ["localhost:443", "http://localhost/", false],
    ["[::1]:8080", "http://[0:0::1]:8080/", true],
    ["[::1]:8080", "http://[::2]:8080/", false],
    ["bücher.example", "https://xn--bcher-kva.example/", true],
  ])("%s, %s: %s", (entry, url, expected) => {
    expect(isAbout(rule(entry), new URL(url))).toBe(expected);
  });

  test.each([
    "",
    "*",
    "*.",
    "*.example.com:8080",
    "*.127.0.0.1",
    "*.1",
    "a*.example.com",
    "https://example.com",
    "example.com/path",
    "example.com?q",
    "user@example.com",
    "example.com:",
    "example.com:0",
    "example.com:65536",
    "example.com:8080:1",
    "::1",
    "exa mple.com",
    "exa%6dple.com",
    "[fe80::1%25eth0]",
  ])("is refused: %j", (entry) => {
    expect(() => rule(entry)).toThrowError(
      expect.objectContaining({ code: "ICE_USAGE", message: expect.stringContaining("`allow.http`") as string }),
    );
  });

  test.each([
    ["a.example.com", "a.example.com", true],
    ["a.example.com", "*.example.com", true],
    ["*.a.example.com", "*.example.com", true],
    ["*.example.com", "*.example.com", true],
    ["*.example.com", "example.com", false],
    ["example.com", "*.example.com", false],
    ["*.com", "*.example.com", false],
    ["a.example.com:443", "a.example.com", false],
    ["a.example.com", "a.example.com:443", false],
    ["a.example.com:443", "a.example.com:443", true],
  ])("%s lies within %s: %s", (inner, outer, expected) => {
    expect(isWithin(rule(inner), rule(outer))).toBe(expected);
  });
});
