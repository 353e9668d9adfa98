import { describe, expect, test } from "vitest";
import { decodeText, type Encoding } from "./decode-text.ts";

const decode = (bytes: readonly number[] | Uint8Array, encoding: Encoding = "utf-8") =>
  decodeText(Uint8Array.from(bytes), { path: "a.txt", encoding });
const failure = (...args: Parameters<typeof decode>): unknown => {
  try {
    return decode(...args);
  } catch (error) {
    return error;
  }
};

describe("a byte order mark determines the encoding, whatever the argument", () => {
  test.each(["utf-8", "utf-16le", "latin1", "windows-1252"] as const)("%s", (encoding) => {
    expect(decode([0xef, 0xbb, 0xbf, 0xc3, 0xbc], encoding)).toBe("ü");
    expect(decode([0xff, 0xfe, 0xfc, 0x00, 0x3d, 0xd8, 0x00, 0xde], encoding)).toBe("ü😀");
    expect(decode([0xfe, 0xff, 0x00, 0xfc, 0xd8, 0x3d, 0xde, 0x00], encoding)).toBe("ü😀");
  });

  test("an empty file, and a mark alone, are an empty text", () => {
    expect(decode([])).toBe("");
    expect(decode([0xef, 0xbb, 0xbf])).toBe("");
    expect(decode([0xff, 0xfe])).toBe("");
  });
});

describe("without one, the argument determines it", () => {
  test("Latin-1, Windows-1252 and UTF-16", () => {
    expect(decode([0x4d, 0xfc, 0x80, 0x85], "latin1")).toBe("Mü\u0080\u0085");
    expect(decode([0x4d, 0xfc, 0x80, 0x93, 0x99, 0x81, 0x9f], "windows-1252")).toBe("Mü€“™\u0081Ÿ");
    expect(decode([0x61, 0x00, 0xac, 0x20], "utf-16le")).toBe("a€");
  });
});

describe("invalid bytes", () => {
  test.each([
    ["Latin-1", [0x4d, 0xfc, 0x6c, 0x6c], 1],
    ["behind a U+FFFD that is meant", [0xef, 0xbf, 0xbd, 0x61, 0xff], 4],
    ["behind characters of several bytes", [0xc3, 0xbc, 0xf0, 0x9f, 0x98, 0x80, 0xc3], 6],
    ["an encoded surrogate", [0x61, 0xed, 0xa0, 0x80], 1],
    ["a mark, then Latin-1", [0xef, 0xbb, 0xbf, 0x61, 0xe9], 4],
  ])("UTF-8: %s", (_name, bytes, offset) => {
    expect(failure(bytes)).toMatchObject({
      code: "ICE_TOOL_FAILED",
      message: `"a.txt" is not UTF-8: the byte at offset ${offset} does not belong there.`,
      fix: expect.stringContaining("encoding: latin1"),
      details: { offset },
    });
  });

  test.each([
    ["half a unit", [0x61, 0x00, 0x62], 2],
    ["half a character", [0x61, 0x00, 0x3d, 0xd8, 0x61, 0x00], 2],
    ["a mark, then half a character", [0xfe, 0xff, 0x00, 0x61, 0xde, 0x00], 4],
  ])("UTF-16: %s", (_name, bytes, offset) => {
    expect(failure(bytes, "utf-16le")).toMatchObject({ code: "ICE_TOOL_FAILED", details: { offset } });
  });
});
