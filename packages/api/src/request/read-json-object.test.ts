import { expect, test } from "vitest";
import { readJsonObject } from "./read-json-object.ts";

const read = (text: string): Promise<unknown> => readJsonObject(Buffer.from(text));

test.each([
  '{"__proto__":1}',
  '{"a":[{"constructor":1}]}',
  '{"a":{"prototype":{}}}',
  String.raw`{"\u005f_proto__":1}`,
  String.raw`{"a":{"prot\u006Ftype":1}}`,
])("a key that ice does not accept is refused, however it is written: %s", async (text) => {
  await expect(read(text)).rejects.toMatchObject({
    code: "ICE_REQUEST_INVALID",
    message: expect.stringMatching(/^The body has a key `(?:__proto__|constructor|prototype)`/) as string,
  });
});

test.each(['{"a":"constructor"}', '{"constructors":["__proto__"]}', String.raw`{"\u00fc":"\u005f_proto__"}`])(
  "the same words elsewhere are accepted: %s",
  async (text) => {
    expect(await read(text)).toEqual(JSON.parse(text));
  },
);

test.each(["[]", "1", "null", '"a"'])("%s is no object", async (text) => {
  await expect(read(text)).rejects.toMatchObject({ message: "The body is not a JSON object." });
});
