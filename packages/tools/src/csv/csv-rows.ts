import { pipeline, Readable } from "node:stream";
import { IceError, messageOf, processTimeSlice } from "@ice/core";
import { CsvError, parse, type Info } from "csv-parse";

export interface Row {
  readonly record: readonly string[];
  /** On which it starts, from 1. */
  readonly line: number;
}

export interface RowOptions {
  /** What messages call the file. */
  readonly path: string;
  readonly delimiter: string;
  readonly signal: AbortSignal;
}

/** Bytes that are parsed in one go. */
const partBytes = 32 * 1024;

/**
 * The rows of a CSV text, one by one; between them the event loop turns and the signal is looked at.
 *
 * @throws IceError `ICE_TOOL_FAILED` for a text that is not CSV.
 */
export async function* rowsOf(
  text: string,
  { path, delimiter, signal }: RowOptions,
): AsyncGenerator<Row, void, undefined> {
  const slice = processTimeSlice();
  const parser = parse({ delimiter, info: true, relax_column_count: true, relax_quotes: true, skip_empty_lines: true });
  pipeline(Readable.from(partsOf(Buffer.from(text))), parser, () => {}); // what fails is thrown by the iteration
  let countedTwice = 0;
  try {
    for await (const { record, info } of parser as AsyncIterable<{ record: string[]; info: Info }>) {
      const breaks = record.flatMap((cell) => cell.match(/\r\n|\r|\n/g) ?? []);
      // The parser knows where a row ends, and counts a CRLF inside quotes twice.
      countedTwice += breaks.filter((found) => found === "\r\n").length;
      yield { record, line: info.lines - countedTwice - breaks.length };
      if (slice.isOver()) await slice.next();
      signal.throwIfAborted();
    }
  } catch (cause) {
    if (!(cause instanceof CsvError)) throw cause;
    throw new IceError("ICE_TOOL_FAILED", `"${path}" is not CSV: ${messageOf(cause)}.`, {
      cause,
      fix: "correct the file, or its delimiter",
    });
  }
}

function* partsOf(bytes: Buffer): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += partBytes) yield bytes.subarray(at, at + partBytes);
}
