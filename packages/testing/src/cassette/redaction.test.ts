import { describe, expect, test } from "vitest";
import { Redaction, secretsIn } from "./redaction.ts";

const canary = `Kx"9/ü+q=?~(canary)`;
const redaction = new Redaction([canary, "short"]);

describe("a known secret is removed", () => {
  const forms: readonly (readonly [string, string])[] = [
    ["plainly", canary],
    ["in JSON", JSON.stringify({ key: canary })],
    ["in a URL", `https://x.example/?q=${encodeURIComponent(canary)}`],
    ["in a form", new URLSearchParams({ a: "1", b: canary }).toString()],
    ["with small percent codes", encodeURIComponent(canary).replaceAll(/%../g, (code) => code.toLowerCase())],
    ["in a URL, as strict encoders write it", encodeURIComponent(canary).replace("(", "%28").replace(")", "%29")],
    ["in JSON within JSON", JSON.stringify(JSON.stringify({ key: canary }))],
    ["in JSON of PHP", JSON.stringify(canary).replace("/", String.raw`\/`)],
    ["in base64", Buffer.from(canary).toString("base64")],
    ["after one byte in base64", Buffer.from(`:${canary}`).toString("base64")],
    ["after a name in base64", Buffer.from(`user:${canary}:more`).toString("base64")],
    ["in the base64 of addresses", Buffer.from(`ab${canary}`).toString("base64url")],
  ];
  test.each(forms)("%s", (_how, text) => {
    const shown = redaction.text(`before ${text} after`);
    expect(shown).toContain("[removed]");
    expect(shown).toMatch(/^before .* after$/);
    // No run of the secret survives, in any of the forms that can be decoded again.
    for (const form of forms.map(([, one]) => one)) expect(shown).not.toContain(form);
    expect(shown.toLowerCase()).not.toContain("canary");
  });

  test("also in names of fields, and at any depth", () => {
    expect(redaction.json({ a: [{ [canary]: [canary, 1, null] }] })).toEqual({
      a: [{ "[removed]": ["[removed]", 1, null] }],
    });
  });
});

test("a value of fewer than 8 characters is not replaced: it would occur by chance", () => {
  expect(redaction.text("a short text")).toBe("a short text");
});

test("values of fields with secret names, and credentials in addresses, are always removed", () => {
  const value = {
    Authorization: "Bearer 1",
    api_key: "2",
    nested: { "client-secret": "3", accessToken: ["4", { of: "kept" }], password: 55_555_555, nextPageToken: "kept" },
    properties: { token: { type: "string" }, password: null },
    url: "https://user:pw@x.example/a?sig=6&page=7",
  };
  expect(redaction.json(value)).toEqual({
    Authorization: "[removed]",
    api_key: "[removed]",
    nested: {
      "client-secret": "[removed]",
      accessToken: ["[removed]", { of: "kept" }],
      password: "[removed]",
      nextPageToken: "kept",
    },
    properties: { token: { type: "string" }, password: null },
    url: "https://…@x.example/a?sig=…&page=7",
  });
});

test("environment variables with secret names are secrets", () => {
  const env = {
    OPENAI_API_KEY: "k",
    GIT_AUTHOR_NAME: "n",
    NPM_AUTH: "a",
    KEYBOARD: "b",
    DB_PASSWORD: "p",
    EMPTY_TOKEN: undefined,
  };
  expect(secretsIn(env)).toEqual(["k", "a", "p"]);
});
