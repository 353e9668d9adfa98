import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { columnsOf, oneLine, partsOf, printable, shown } from "./printable.ts";

describe("oneLine", () => {
  test.each([
    ["a sequence that clears the screen", "a\u001B[2Jb", String.raw`a\u001b[2Jb`],
    ["a sequence that writes the clipboard", "\u001B]52;c;cm0=\u0007", String.raw`\u001b]52;c;cm0=\u0007`],
    ["a sequence of one byte", "\u009B2J", String.raw`\u009b2J`],
    ["a line break", "boom\n✓ payment", String.raw`boom\n✓ payment`],
    ["a return", "boom\rdone", String.raw`boom\rdone`],
    ["a line separator", "a\u2028b\u2029c", String.raw`a\u2028b\u2029c`],
    ["a change of direction", "a\u202Eb\u2066c\u200Fd\u061Ce", String.raw`a\u202eb\u2066c\u200fd\u061ce`],
    ["invisible characters", "a\u200Bb\uFEFFc\u{E0041}d", String.raw`a\u200bb\ufeffc\udb40\udc41d`],
    ["half a character", "a\uD83D", String.raw`a\ud83d`],
    ["blanks that push text onto the next line", `ok?${" ".repeat(500)}answer:`, "ok?  answer:"],
    ["a tab", "a\tb", "a b"],
  ])("makes %s visible", (_name, text, expected) => {
    expect(oneLine(text)).toBe(expected);
  });

  test.each(["grün", "naïve 漢字", "👩‍👩‍👧", "نمی‌خواهم", "a  b"])("leaves %s as it is", (text) => {
    expect(oneLine(text)).toBe(text);
  });

  test("cuts a quoted value at 200 characters, a line at 2000, a value at 200, and no character in half", () => {
    expect(oneLine(`the key "${"k".repeat(500)}" and \`${"b".repeat(500)}\` are wrong`)).toBe(
      `the key "${"k".repeat(200)}…" and \`${"b".repeat(200)}…\` are wrong`,
    );
    expect(oneLine("y".repeat(900_000))).toBe(`${"y".repeat(2000)}…`);
    expect(shown("p".repeat(500))).toBe(`${"p".repeat(200)}…`);
    expect(oneLine("a👍", 2)).toBe("a…");
  });

  test("a message of any length is cut before it is looked at", () => {
    for (const unit of ['"', "a", " ", "`a", "\u202E"]) {
      const line = oneLine(`"${unit.repeat(20_000_000)}`);
      expect(line.length).toBeLessThanOrEqual(12_001);
    }
  });

  test("any text is one line without control characters, of bounded length", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(0x10ffff), { maxLength: 200 }), (codePoints) => {
        const line = oneLine(String.fromCodePoint(...codePoints));
        expect(line).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}\p{Cs}]/u);
        expect(line.length).toBeLessThanOrEqual(12 * 201);
      }),
    );
  });
});

test("characters without a shape are escaped in a tenth of a microsecond or so each", () => {
  const started = performance.now();
  expect(printable("\u202E".repeat(2_000_000))).toHaveLength(12_000_000);
  // A call for each took 1 µs and more.
  expect(performance.now() - started).toBeLessThan(2_000 * Number(process.env["ICE_TEST_SLOWNESS"] ?? 1));
});

test("printable text keeps its lines, and JSON stays the same JSON", () => {
  expect(printable("a\n\tb\u001B[2J")).toBe("a\n\tb\\u001b[2J");
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const text = printable(JSON.stringify(value, null, 2));
      expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
    }),
  );
});

test("a text never takes more columns than are counted", () => {
  expect(columnsOf("abc")).toBe(3);
  expect(columnsOf("漢字👍")).toBe(6);
});

test("a long text comes in parts that end between characters, and printing each is printing the whole", () => {
  const text = "ab\u{1F600}cd\u202E\u{1F600}\u{1F600}e\uD83D";
  for (let most = 1; most < 15; most += 1) {
    const parts = [...partsOf(text, most)];
    expect(parts.join("")).toBe(text);
    expect(parts.every((part) => part.length <= most + 1)).toBe(true);
    expect(parts.map((part) => printable(part)).join("")).toBe(printable(text));
  }
  expect([...partsOf("")]).toEqual([]);
});
