import { expressionFailed } from "../failure.ts";
import { jsonText } from "../json-result.ts";
import type { Meter } from "../meter.ts";
import { takeBinary, takeBytes, takeText } from "./arguments.ts";
import { fromBase64, toBase64, toHex } from "./base64.ts";
import type { Builtin, Builtins } from "./builtin.ts";
import { utf8Text } from "./conversions.ts";
import { parseJson } from "./parse-json.ts";
import { sha256 } from "./sha256.ts";

/** Cost of hashing a byte, in characters. */
const hashWork = 16;

/** Cost of encoding or decoding a byte in base64, in characters. */
const base64Work = 32;

const encode: Builtin = {
  arity: [1],
  type: "string",
  call([value], meter) {
    const bytes = takeBinary("base64.encode", value, meter);
    meter.built(Math.ceil(bytes.length / 3) * 4, bytes.length * base64Work);
    return toBase64(bytes);
  },
};

/** Cost of writing a byte in hexadecimal, in characters. */
const hexWork = 64;

function hex(bytes: Uint8Array, meter: Meter): string {
  meter.built(bytes.length * 2, bytes.length * hexWork);
  return toHex(bytes);
}

export const encodingFunctions: Builtins = {
  json: { arity: [1], type: "string", call: ([value], meter) => jsonText(value, meter) },
  parseJson: { arity: [1], call: ([source], meter) => parseJson(takeText("parseJson", source, meter), meter) },
  sha256: {
    arity: [1],
    type: "string",
    call([value], meter) {
      const bytes = takeBinary("sha256", value, meter);
      meter.work((bytes.length + 128) * hashWork);
      return toHex(sha256(bytes));
    },
  },
};

export const encodingMethods: Builtins = {
  hex: { arity: [1], type: "string", call: ([bytes], meter) => hex(takeBytes("hex", bytes, meter), meter) },
  base64: {
    arity: [1],
    type: "string",
    call: ([bytes], meter) => encode.call([takeBytes("base64", bytes, meter)], meter),
  },
  string: { arity: [1], type: "string", call: ([bytes], meter) => utf8Text(takeBytes("string", bytes, meter), meter) },
  json: { arity: [1], call: ([bytes], meter) => parseJson(utf8Text(takeBytes("json", bytes, meter), meter), meter) },
};

export const base64Functions: Builtins = {
  "base64.encode": encode,
  "base64.decode": {
    arity: [1],
    type: "bytes",
    call([value], meter) {
      const text = takeText("base64.decode", value, meter);
      meter.built(text.length, text.length * base64Work);
      if (!/^[A-Za-z0-9+/]*={0,2}$/.test(text) || text.replace(/=+$/, "").length % 4 === 1)
        throw expressionFailed(
          "base64.decode() got a string that is not valid base64.",
          "pass a string of the letters A to Z and a to z, digits, + and /",
        );
      return fromBase64(text);
    },
  },
};
