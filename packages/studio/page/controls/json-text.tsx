import { useMemo, type ReactNode } from "react";
import type { Json } from "../api/types.ts";
import { Button } from "./controls.tsx";

/** Larger values are shown in part. */
const maxCharacters = 64 * 1024;

const tokens = /("(?:[^"\\]|\\.)*")(\s*:)?|\b(?:true|false|null)\b|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

/** A JSON value with colours. */
export function JsonText({ value, name = "value" }: { readonly value: Json; readonly name?: string }): ReactNode {
  const text = useMemo(() => JSON.stringify(value, null, 2), [value]);
  const shown = text.slice(0, maxCharacters);
  return (
    <>
      <pre className="json" tabIndex={0} aria-label={`JSON of ${name}`}>
        {text.length > 8 * 1024 ? shown : coloured(shown)}
      </pre>
      {text.length > maxCharacters && (
        <p className="meta">
          The first 64 KiB of {Math.round(text.length / 1024)} KiB.{" "}
          <Button look="plain" onClick={() => download(text, name)}>
            Download
          </Button>
        </p>
      )}
    </>
  );
}

/** A piece of JSON with colours. */
export function coloured(text: string): ReactNode[] {
  const parts: ReactNode[] = [];
  let at = 0;
  for (const match of text.matchAll(tokens)) {
    const [whole, string, colon] = match;
    parts.push(text.slice(at, match.index));
    const kind =
      colon !== undefined ? "key" : string !== undefined ? "string" : /^[-\d]/.test(whole) ? "number" : "word";
    parts.push(
      <span key={match.index} className={`json-${kind}`}>
        {string ?? whole}
      </span>,
      colon,
    );
    at = match.index + whole.length;
  }
  return [...parts, text.slice(at)];
}

/** Hands a text to the browser as a file. */
export function download(text: string, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  link.download = `${name}.json`;
  link.click();
  URL.revokeObjectURL(link.href);
}
