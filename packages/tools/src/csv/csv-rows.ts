import { pipeline, Readable } from "node:stream";
import { IceError, messageOf } from "@ice/core";
import { processTimeSlice } from "@ice/core/internal";
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
  /** Maximum number of cells of a row. */
  readonly maxColumns: number;
  readonly signal: AbortSignal;
}

/** Bytes that are parsed in one go. */
const partBytes = 32 * 1024;

/**
 * The rows of a CSV text, one by one; between them, and within a long one, the event loop continues and the signal is checked.
 *
 * @throws IceError `ICE_TOOL_FAILED` for a text that is not CSV, or a row that is too wide.
 */
export async function* rowsOf(
  text: string,
  { path, delimiter, maxColumns, signal }: RowOptions,
): AsyncGenerator<Row, void, undefined> {
  const slice = processTimeSlice();
  const parser = parse({ delimiter, info: true, relax_column_count: true, relax_quotes: true, skip_empty_lines: true });
  pipeline(Readable.from(partsOf(Buffer.from(text), signal)), parser, () => {}); // errors are thrown by the iteration
  let countedTwice = 0;
  try {
    for await (const { record, info } of parser as AsyncIterable<{ record: string[]; info: Info }>) {
      if (record.length > maxColumns) throw tooLarge(path, `${maxColumns} columns`, "split the file");
      let breaks = 0;
      for (const cell of record) {
        const inCell = breaksIn(cell);
        breaks += inCell.all;
        // The parser knows where a row ends, and counts a CRLF inside quotes twice.
        countedTwice += inCell.pairs;
      }
      yield { record, line: info.lines - countedTwice - breaks };
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

async function* partsOf(bytes: Buffer, signal: AbortSignal): AsyncGenerator<Buffer> {
  const slice = processTimeSlice();
  for (let at = 0; at < bytes.length; at += partBytes) {
    if (slice.isOver()) await slice.next();
    signal.throwIfAborted();
    yield bytes.subarray(at, at + partBytes);
  }
}

/** Line breaks of a text: CRLF, CR or LF; and how many of them are CRLF. Without a list: there may be millions. */
function breaksIn(text: string): { readonly all: number; readonly pairs: number } {
  let all = 0;
  let pairs = 0;
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) {
    all += 1;
    if (text[at - 1] === "\r") pairs += 1;
  }
  for (let at = text.indexOf("\r"); at >= 0; at = text.indexOf("\r", at + 1)) if (text[at + 1] !== "\n") all += 1;
  return { all, pairs };
}

export const tooLarge = (path: string, most: string, fix: string): IceError =>
  new IceError("ICE_TOOL_FAILED", `"${path}" has more than ${most}.`, { fix });
