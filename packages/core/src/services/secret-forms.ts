import { toBase64 } from "../expression/functions/base64.ts";

/**
 * The forms in which the value of a secret may be repeated: as it is, in JSON, in URLs and forms, and in base64, also within
 * something longer (`user:password`). Each is a text to search for.
 */
export function secretForms(value: string): readonly string[] {
  const escaped = JSON.stringify(value).slice(1, -1);
  const encoded = encodeURIComponent(value.toWellFormed());
  const inForm = new URLSearchParams({ value }).toString().slice("value=".length);
  const forms = [
    value,
    escaped,
    escaped.replaceAll("/", String.raw`\/`), // PHP
    JSON.stringify(escaped).slice(1, -1), // JSON in JSON
    ...[encoded, encodeURI(value.toWellFormed()), encoded.replaceAll("%2F", "/"), strictly(encoded), inForm].flatMap(
      inUrl,
    ),
    ...base64Of(value),
  ];
  return [...new Set(forms)];
}

/** As forms write spaces, and with digits in lower case. */
function inUrl(encoded: string): readonly string[] {
  const forms = [encoded, encoded.replaceAll("%20", "+")];
  return [...forms, ...forms.map((form) => form.replaceAll(/%[\dA-F]{2}/g, (digits) => digits.toLowerCase()))];
}

/** What RFC 3986 reserves, and `encodeURIComponent` leaves. */
const strictly = (encoded: string): string =>
  encoded.replaceAll(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);

/**
 * The characters of base64 that depend on the value alone, after 0, 1 and 2 other bytes, in both alphabets. Only a few bits at
 * the ends are missing.
 */
function base64Of(value: string): readonly string[] {
  const bytes = new TextEncoder().encode(value);
  return [0, 1, 2].flatMap((before) => {
    const behind = new Uint8Array(before + bytes.length);
    behind.set(bytes, before);
    const text = toBase64(behind);
    const own = text.slice(Math.ceil((8 * before) / 6), Math.floor((8 * (before + bytes.length)) / 6));
    return [own, own.replaceAll("+", "-").replaceAll("/", "_")];
  });
}
