import type { Json, JsonObject } from "@ice/core";
import {
  countJsonParts,
  finishInTurns,
  forbiddenKeys,
  isPlainObject,
  maxJsonParts,
  readJson,
  shorten,
  type Steps,
} from "@ice/core/internal";
import { invalidRequest } from "./invalid-request.ts";

/** Levels of lists and objects that a body may have. */
const maxDepth = 64;

/** The JSON object that the bytes of a body are. @throws IceError `ICE_REQUEST_INVALID`. */
export async function readJsonObject(bytes: Uint8Array): Promise<JsonObject> {
  const text = textOf(bytes);
  const { count, depth } = await finishInTurns(countJsonParts(text));
  if (depth > maxDepth)
    throw invalidRequest(`The body nests deeper than ${maxDepth} levels.`, "send a body that nests less");
  if (count > maxJsonParts)
    throw invalidRequest(`The body has more than ${maxJsonParts} lists, objects and keys.`, "send less");
  const { value, key } = await finishInTurns(parseAndCheck(text));
  if (key !== undefined)
    throw invalidRequest(`The body has a key \`${key}\`, which is not allowed.`, "use another key");
  if (isPlainObject(value)) return value;
  throw invalidRequest("The body is not a JSON object.", "send an object, `{ … }`");
}

function textOf(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw invalidRequest("The body is not valid UTF-8.", "send JSON in UTF-8");
  }
}

/** Parsing is one step, and takes up to 0.1 s for 2 MiB: other requests are served before the rest. */
function* parseAndCheck(text: string): Steps<{ readonly value: Json; readonly key: string | undefined }> {
  const value = parse(text);
  yield;
  return { value, key: mayHoldForbiddenKey.test(text) ? yield* forbiddenKeyIn(value) : undefined };
}

function parse(text: string): Json {
  let read;
  try {
    read = readJson(text);
  } catch {
    throw invalidRequest("The body is not valid JSON.", "send a JSON object");
  }
  const { value, inexact } = read;
  if (inexact === undefined) return value;
  throw invalidRequest(
    `The number ${shorten(inexact.source, 40)} at ${shorten(inexact.pointer) || "the top level"} would lose digits.`,
    "send it as a text",
    [{ path: inexact.pointer, message: "has more digits than a double" }],
  );
}

/** Few texts contain one of these words, or a letter that is written as a number. */
const mayHoldForbiddenKey = new RegExp(`${[...forbiddenKeys].join("|")}|\\\\u`);

/** Parts that are looked at between two pauses: at most 0.1 ms. */
const partsBetweenPauses = 500;

/** Without recursion, because the value may nest. */
function* forbiddenKeyIn(value: Json): Steps<string | undefined> {
  const open: Json[] = [value];
  let parts = 0;
  for (let part = open.pop(); part !== undefined; part = open.pop()) {
    if (typeof part !== "object" || part === null) continue;
    const object = part as JsonObject;
    const isList = Array.isArray(part);
    for (const key of Object.keys(object)) {
      if ((parts += 1) % partsBetweenPauses === 0) yield;
      if (!isList && forbiddenKeys.has(key)) return key;
      const entry = object[key]!;
      if (typeof entry === "object") open.push(entry);
    }
  }
  return undefined;
}
