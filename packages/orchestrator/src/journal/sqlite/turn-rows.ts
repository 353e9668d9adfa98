import type { ConversationTurn, Json, JsonObject } from "@ice/core";
import {
  checkThread,
  checkTurn,
  conversationLimits,
  type Steps,
  type RowAddress,
  type StoredRow,
  damaged,
} from "@ice/core/internal";
import { z } from "zod";
import type { Database } from "./database.ts";
import { checksumOf, decode, encode } from "./encoding.ts";

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
interface Thread {
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

/**
 * Adds a turn to a thread, unless its key is taken, and drops the oldest that the thread does not keep. In a transaction.
 *
 * @throws IceError `ICE_CONVERSATION_LIMIT`, `ICE_INPUT_INVALID`, `ICE_OUTPUT_NOT_JSON`.
 */
export function insertTurn(database: Database, place: Thread, turn: ConversationTurn): boolean {
  const { tenant, thread } = place;
  const length = checkTurn(checkThread(thread), turn);
  const { key, at, input, output, messages } = turn;
  const known = "SELECT 1 FROM turns WHERE tenant = ? AND thread = ? AND key = ?";
  if (database.get(known, tenant, thread, key) !== undefined) return false;
  const { body } = encode({ key, at, input, output, ...(messages && { messages }) }, []);
  const { id } = database.get<{ id: number }>("SELECT coalesce(max(id), 0) + 1 AS id FROM turns")!;
  database.run(
    "INSERT INTO turns (id, tenant, thread, key, length, version, body, checksum) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
    id,
    tenant,
    thread,
    key,
    length,
    turnVersion,
    body,
    checksumOf(addressOf(place, id), turnVersion, body, []),
  );
  const { turns, threadLength } = conversationLimits;
  database.run(
    `DELETE FROM turns WHERE id IN (
      SELECT id FROM (
        SELECT id, row_number() OVER newest AS nth, sum(length) OVER newest AS total FROM turns
        WHERE tenant = ? AND thread = ? WINDOW newest AS (ORDER BY id DESC)
      ) WHERE nth > ? OR (total > ? AND nth > 1)
    )`,
    tenant,
    thread,
    turns,
    threadLength,
  );
  return true;
}

/** The last turns of a thread, the oldest of them first. @throws IceError `ICE_STORE_CORRUPT`, `ICE_STORE_VERSION`. */
export function* readTurns(database: Database, place: Thread, limit: number): Steps<readonly ConversationTurn[]> {
  const { path } = database;
  const rows = database.all<StoredRow & { id: number; key: string }>(
    "SELECT id, key, version, body, checksum FROM turns WHERE tenant = ? AND thread = ? ORDER BY id DESC LIMIT ?",
    place.tenant,
    checkThread(place.thread),
    Math.max(0, Math.min(limit, conversationLimits.turns)),
  );
  const turns: ConversationTurn[] = [];
  for (const row of rows.toReversed()) {
    const options = { path, version: turnVersion, blobs: [], blobPathsOf: () => [], readBlob: () => null };
    const value = decode(row, addressOf(place, row.id), options);
    const { error } = turnSchema.safeParse(value);
    if (error !== undefined || value["key"] !== row.key)
      throw damaged(path, `turn ${row.id} of a conversation has an unexpected shape`, error);
    turns.push(value as unknown as ConversationTurn);
    yield;
  }
  return turns;
}

/** Deletes a thread. @returns whether there was one. */
export function deleteTurns(database: Database, { tenant, thread }: Thread): boolean {
  return database.run("DELETE FROM turns WHERE tenant = ? AND thread = ?", tenant, checkThread(thread)) > 0;
}
