import { z } from "zod";
import type { Json, JsonObject } from "../json/json.ts";
import type { ConversationTurn } from "../journal/conversation-store.ts";
import { damaged } from "../journal/run-errors.ts";
import type { RowAddress, RowEncoding, StoredRow } from "./row-encoding.ts";

const turnVersion = 1;
const json = z.custom<Json>((value) => value !== undefined);
const turnSchema = z.strictObject({
  key: z.string(),
  at: z.number(),
  input: json,
  output: json,
  messages: z.array(z.custom<JsonObject>((value) => typeof value === "object" && value !== null)).optional(),
});

/** A thread of a tenant. */
export interface Thread {
  readonly tenant: string;
  readonly thread: string;
}

/** A turn is not part of a run: its thread takes the place of the run. */
const addressOf = ({ tenant, thread }: Thread, id: number): RowAddress => ({
  tenant,
  runId: thread,
  source: "turn",
  seq: id,
});

/** The row of a turn. @param id - numbers the turns of the store. @throws IceError `ICE_OUTPUT_NOT_JSON`. */
export function encodeTurn(
  { encode, checksumOf }: RowEncoding,
  thread: Thread,
  id: number,
  { key, at, input, output, messages }: ConversationTurn,
): StoredRow {
  const { body } = encode({ key, at, input, output, ...(messages && { messages }) }, []);
  return { version: turnVersion, body, checksum: checksumOf(addressOf(thread, id), turnVersion, body, []) };
}

/** The turn of a row. @throws IceError `ICE_STORE_CORRUPT`, `ICE_STORE_VERSION`. */
export function readTurn(
  store: string,
  { decode }: RowEncoding,
  thread: Thread,
  row: StoredRow & { readonly id: number; readonly key: string },
): ConversationTurn {
  const options = { path: store, version: turnVersion, blobs: [], blobPathsOf: () => [], readBlob: () => null };
  const value = decode(row, addressOf(thread, row.id), options);
  const { error } = turnSchema.safeParse(value);
  if (error !== undefined || value["key"] !== row.key)
    throw damaged(store, `turn ${row.id} of a conversation has an unexpected shape`, error);
  return value as unknown as ConversationTurn;
}
