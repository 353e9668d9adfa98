import { IceError } from "../errors/ice-error.ts";
import { shorten } from "../errors/shorten.ts";

/**
 * A place in the journal of a run: how many of its records, of which the head is the first, and how many of its signals come before
 * it. It is the same in every process, and stays the same when the run goes on.
 */
export interface Position {
  readonly records: number;
  readonly signals: number;
}

/** The place before the head. */
export const journalStart: Position = Object.freeze({ records: 0, signals: 0 });

/** `42.1`: after 42 records and one signal. */
export const formatPosition = ({ records, signals }: Position): string => `${records}.${signals}`;

const pattern = /^(0|[1-9]\d{0,15})\.(0|[1-9]\d{0,15})$/;

/** Reads the text of a position. @throws IceError `ICE_POSITION_INVALID`. */
export function parsePosition(text: string): Position {
  const [, records, signals] = pattern.exec(text) ?? [];
  const position = { records: Number(records), signals: Number(signals) };
  if (Object.values(position).every(Number.isSafeInteger)) return position;
  throw new IceError("ICE_POSITION_INVALID", `"${shorten(text)}" is not a position in a journal.`, {
    fix: "use the id of an event of this run, such as 42.1, or begin without a position",
  });
}

/** The error for a position behind the last entry of a journal. */
export const positionBeyond = (runId: string, position: Position): IceError =>
  new IceError(
    "ICE_POSITION_INVALID",
    `The journal of run "${runId}" does not reach the position ${formatPosition(position)}.`,
    { fix: "use the id of an event of this run, or begin without a position", details: { runId } },
  );
