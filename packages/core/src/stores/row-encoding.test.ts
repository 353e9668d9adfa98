import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Json, JsonObject } from "../json/json.ts";
import { valueAt, withoutValueAt } from "./blob-paths.ts";
import { createRowEncoding, type DecodeOptions } from "./row-encoding.ts";

const sha256 = (text: string | Uint8Array): string => createHash("sha256").update(text).digest("hex");
const { encode, checksumOf, decode, decodeBlob } = createRowEncoding({ sha256, crc32 });
const textOf = (content: Uint8Array): string => Buffer.from(content).toString();
const address = { tenant: "default", runId: "r", source: "record", seq: 3 } as const;
const long = "x".repeat(40);

describe("encoding", () => {
  test("stays whole up to the limit, and is split above it", () => {
    const value = { a: { big: long, small: 1 }, b: [long], n: long.length };
    const whole = JSON.stringify(value);
    expect(encode(value, ["a.big", "b"], whole.length)).toEqual({ body: whole, blobs: [] });
    const { body, blobs } = encode(value, ["b", "a.small", "a.big", "missing", "n"], whole.length - 1);
    // Parts below the limit stay in the row.
    expect([body, blobs]).toEqual([whole, []]);
    const taken = encode(value, ["b", "a.small", "a.big", "missing", "n"], 20);
    expect(JSON.parse(taken.body)).toEqual({ a: { small: 1 }, n: 40 });
    expect(taken.blobs.map(({ valuePath, hash, content }) => [valuePath, hash, textOf(content)])).toEqual([
      ["a.big", sha256(`"${long}"`), `"${long}"`],
      ["b", sha256(`["${long}"]`), `["${long}"]`],
    ]);
  });

  test("keeps a part of exactly the limit, and takes one that is longer", () => {
    const value = { part: "x".repeat(18), rest: long };
    expect(encode(value, ["part"], 20).blobs).toEqual([]);
    expect(encode(value, ["part"], 19).blobs).toHaveLength(1);
  });

  test("is large over 32 KiB unless another limit is given", () => {
    const value = (length: number) => ({ part: "x".repeat(length) });
    expect(encode(value(32 * 1024 - 2), ["part"]).blobs).toEqual([]);
    expect(encode(value(32 * 1024 - 1), ["part"]).blobs).toHaveLength(1);
  });

  test("contains the JSON of each part, whatever surrounds it", () => {
    const json = fc.jsonValue({ maxDepth: 3 }) as fc.Arbitrary<Json>;
    const row = fc.record({ a: fc.record({ b: json, "0": json, c: json }), "1": json, d: json });
    const blobPaths = ["a.b", "a.0", "1", "d"];
    fc.assert(
      fc.property(row, fc.nat(60), (value, limit) => {
        fc.pre(!JSON.stringify(value).includes('"__proto__":')); // refused
        const { body, blobs } = encode(value, blobPaths, limit);
        if (JSON.stringify(value).length <= limit) expect(body).toBe(JSON.stringify(value));
        else {
          const rest = structuredClone(value) as JsonObject;
          const expected = blobPaths.toSorted().flatMap((valuePath) => {
            const part = valueAt(value, valuePath);
            const text = JSON.stringify(part);
            if (typeof part === "number" || typeof part === "boolean" || part === null || text.length <= limit)
              return [];
            return [[valuePath, text]];
          });
          expect(blobs.map(({ valuePath, content }) => [valuePath, textOf(content)])).toEqual(expected);
          const without = expected.reduce((left, [valuePath]) => withoutValueAt(left, valuePath!), rest);
          expect(body).toBe(JSON.stringify(without));
        }
      }),
      { numRuns: 500 },
    );
  });

  test("keeps null and numbers in place", () => {
    const value = { a: null, b: 1e300, c: true, rest: long };
    expect(encode(value, ["a", "b", "c"], 1)).toEqual({ body: JSON.stringify(value), blobs: [] });
  });

  test("is JSON: anything else is refused", () => {
    expect(() => encode({ a: 1n }, [])).toThrow(
      expect.objectContaining({
        code: "ICE_OUTPUT_NOT_JSON",
        message: expect.stringMatching(/^A value is not JSON: .*BigInt/),
        fix: "use null, booleans, finite numbers, strings, lists and plain objects",
      }),
    );
    expect(() => encode(JSON.parse('{"a":{"__proto__":1}}') as object, [])).toThrow(
      expect.objectContaining({
        code: "ICE_OUTPUT_NOT_JSON",
        message: "A value has the key `__proto__`.",
        fix: "use another key",
      }),
    );
    const text = { a: '"__proto__":' };
    expect(JSON.parse(encode(text, []).body)).toEqual(text);
    // As V8 says it beyond 2^29 - 24 units.
    const endless = {
      toJSON() {
        throw new RangeError("Invalid string length");
      },
    };
    expect(() => encode({ endless }, [])).toThrow(
      expect.objectContaining({
        code: "ICE_STORE_FULL",
        message: expect.stringMatching(/^A value is too large or too deep to be recorded: Invalid string length/),
        fix: "keep large data in files and pass their paths",
      }),
    );
  });
});

test("a checksum is over the address, the version, the blob references and the body", () => {
  const blobs = [{ valuePath: "a", hash: "b" }];
  expect(checksumOf(address, 1, "{}", blobs)).toBe(crc32("{}", crc32("r\nrecord 3 1\na b\n")));
  expect(checksumOf({ ...address, source: "signal" }, 2, "[]", [])).toBe(crc32("[]", crc32("r\nsignal 3 2\n")));
});

describe("decoding", () => {
  const options = (more: Partial<DecodeOptions> = {}): DecodeOptions => ({
    path: "/data/ice.db",
    version: 1,
    blobs: [],
    blobPathsOf: () => ["a.b"],
    readBlob: () => "large",
    ...more,
  });
  const row = (body: string, more: Partial<DecodeOptions> = {}, version = 1) => ({
    version,
    body,
    checksum: checksumOf(address, version, body, more.blobs ?? []),
  });
  const damage = (what: string) =>
    expect.objectContaining({
      code: "ICE_STORE_CORRUPT",
      message: `The store /data/ice.db is damaged: ${what}.`,
      details: { path: "/data/ice.db" },
    });
  const blobs = [{ valuePath: "a.b", hash: "h" }];

  test("is what was encoded, frozen, with its large parts", () => {
    const value = decode(row('{"a":{"c":[1]}}', { blobs }), address, options({ blobs }));
    expect(value).toEqual({ a: { b: "large", c: [1] } });
    for (const part of [value, value["a"]]) expect(Object.isFrozen(part)).toBe(true);
  });

  test.each<[name: string, body: string, more: Partial<DecodeOptions>, what: string]>([
    ["is no JSON", "{", {}, 'record 3 of run "r" is not JSON'],
    [
      "has a place that it cannot have",
      '{"a":{}}',
      { blobs, blobPathsOf: () => [] },
      'record 3 of run "r" has no value at "a.b"',
    ],
    ["has its large part twice", '{"a":{"b":1}}', { blobs }, 'record 3 of run "r" has no value at "a.b"'],
    ["has a key of prototypes", '{"__proto__":1}', {}, 'record 3 of run "r" has a key `__proto__`'],
  ])("is damaged when it %s", (_name, body, more, what) => {
    expect(() => decode(row(body, more), address, options(more))).toThrow(damage(what));
  });

  test("is damaged if its checksum differs", () => {
    const stored = row("{}");
    expect(() => decode({ ...stored, checksum: stored.checksum + 1 }, address, options())).toThrow(
      damage('record 3 of run "r" has a wrong checksum'),
    );
  });

  test("has a supported version: the newest, or an older one", () => {
    expect(decode(row("{}", {}, 1), address, { ...options(), version: 2 })).toEqual({});
    expect(() => decode(row("{}", {}, 2), address, options())).toThrow(
      expect.objectContaining({
        code: "ICE_STORE_VERSION",
        message:
          'In the store /data/ice.db, record 3 of run "r" has version 2; this version of ice reads versions up to 1.',
        fix: "use the version of ice that wrote it, or a newer one",
        details: { path: "/data/ice.db", version: 2 },
      }),
    );
  });

  test("a large value matches its hash, and is frozen", () => {
    const content = Buffer.from('{"a":["ä"]}');
    const hash = sha256('{"a":["ä"]}');
    const value = decodeBlob(content, hash, "/data/ice.db") as { a: unknown };
    expect(value).toEqual({ a: ["ä"] });
    for (const part of [value, value.a]) expect(Object.isFrozen(part)).toBe(true);
    // A view into a larger buffer, as drivers give.
    const inside = new Uint8Array([0, 0, ...content, 0]).subarray(2, 2 + content.length);
    expect(decodeBlob(inside, hash, "/data/ice.db")).toEqual(value);
    expect(() => decodeBlob(undefined, hash, "/data/ice.db")).toThrow(damage(`the value ${hash} is missing`));
    expect(() => decodeBlob(content, "0", "/data/ice.db")).toThrow(damage("the value 0 has a different hash"));
    for (const [text, what] of [
      ["{", "is not JSON"],
      ['{"__proto__":1}', "has a key `__proto__`"],
    ] as const)
      expect(() => decodeBlob(Buffer.from(text), sha256(text), "/data/ice.db")).toThrow(
        damage(`the value ${sha256(text)} ${what}`),
      );
  });
});
