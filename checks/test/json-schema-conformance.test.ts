import type { Json, JsonObject } from "@ice/core";
import { checkJsonSchema, compileJsonSchema } from "@ice/core/internal";
import { readdirSync, readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { asWrittenForIce, usesOnly } from "./json-schema-rewrite.ts";

// The public test suite of JSON Schema (https://github.com/json-schema-org/JSON-Schema-Test-Suite), in the edition of draft 4,
// the newest one that a registry has as plain data. Schemas are rewritten as ice wants them (`$defs`, `type` beside constraints).
// Each verdict is that of the data, or the case stands among the deviations, which docs/reference/json-schema.md explains. A new
// deviation fails, and so does one that is none any more.

interface Group {
  readonly description: string;
  readonly schema: JsonObject;
  readonly tests: readonly { readonly description: string; readonly data: Json; readonly valid: boolean }[];
}

const deviations: Readonly<Record<string, readonly string[]>> = {
  format: [
    "optional/format/validation of IP addresses/an IP address as an integer",
    "optional/format/validation of IP addresses/an IP address with out-of-range values",
    "optional/format/validation of IP addresses/an IP address with too many components",
    "optional/format/validation of IP addresses/an IP address without 4 components",
    "optional/format/validation of IPv6 addresses/an IPv6 address containing illegal characters",
    "optional/format/validation of IPv6 addresses/an IPv6 address with out-of-range values",
    "optional/format/validation of IPv6 addresses/an IPv6 address with too many components",
    "optional/format/validation of URIs/an invalid URI",
    "optional/format/validation of URIs/an invalid URI though valid URI reference",
    "optional/format/validation of date-time strings/an invalid date-time string",
    "optional/format/validation of date-time strings/only RFC3339 not all of ISO 8601 are valid",
    "optional/format/validation of e-mail addresses/an invalid e-mail address",
    "optional/format/validation of host names/a host name containing illegal characters",
    "optional/format/validation of host names/a host name starting with an illegal character",
    "optional/format/validation of host names/a host name with a component too long",
  ],
  "whole doubles": [
    "optional/zeroTerminatedFloats/some languages do not distinguish between different types of numeric value/a float is not an integer even without fractional part",
  ],
};

const require = createRequire(import.meta.url);
const folder = path.join(path.dirname(require.resolve("json-schema-test-suite/package.json")), "tests/draft4");

const cases = readdirSync(folder, { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".json"))
  .toSorted()
  .flatMap((name) =>
    (JSON.parse(readFileSync(path.join(folder, name), "utf8")) as Group[])
      .filter(({ schema }) => usesOnly(schema))
      .flatMap(({ description, schema, tests }) =>
        tests.map((one) => ({
          id: `${name.replace(/\.json$/, "")}/${description}/${one.description}`,
          schema: asWrittenForIce(schema),
          ...one,
        })),
      ),
  );

function conforms({ schema, data, valid }: (typeof cases)[number]): boolean {
  return checkJsonSchema(schema).length === 0 && compileJsonSchema(schema).validate(data).ok === valid;
}

describe("conformance of JSON Schema", () => {
  test("most of the data is about what ice has", () => {
    expect(cases.length).toBeGreaterThan(150);
  });

  test("every verdict is that of the data, but for the deviations that are listed", () => {
    const different = cases.filter((one) => !conforms(one)).map(({ id }) => id);
    expect(different.toSorted()).toEqual(Object.values(deviations).flat().toSorted());
  });

  test("the reference explains every reason", async () => {
    const page = await readFile(new URL("../../docs/reference/json-schema.md", import.meta.url), "utf8");
    expect(Object.keys(deviations).filter((reason) => !page.includes(`| ${reason} `))).toEqual([]);
  });
});
