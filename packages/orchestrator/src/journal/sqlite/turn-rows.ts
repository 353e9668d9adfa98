import type { ConversationTurn } from "@ice/core";
import {
  checkThread,
  checkTurn,
  conversationLimits,
  encodeTurn,
  readTurn,
  type Steps,
  type StoredRow,
  type Thread,
} from "@ice/core/internal";
import type { Database } from "./database.ts";
import { encoding } from "./encoding.ts";

/**
 * Adds a turn to a thread, unless its key is taken, and drops the oldest that the thread does not keep. In a transaction.
 *
 * @throws IceError `ICE_CONVERSATION_LIMIT`, `ICE_INPUT_INVALID`, `ICE_OUTPUT_NOT_JSON`.
 */
export function insertTurn(database: Database, place: Thread, turn: ConversationTurn): boolean {
  const { tenant, thread } = place;
  const length = checkTurn(checkThread(thread), turn);
  const { key } = turn;
  const known = "SELECT 1 FROM turns WHERE tenant = ? AND thread = ? AND key = ?";
  if (database.get(known, tenant, thread, key) !== undefined) return false;
  const { id } = database.get<{ id: number }>("SELECT coalesce(max(id), 0) + 1 AS id FROM turns")!;
  const { version, body, checksum } = encodeTurn(encoding, place, id, turn);
  database.run(
    "INSERT INTO turns (id, tenant, thread, key, length, version, body, checksum) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
    id,
    tenant,
    thread,
    key,
    length,
    version,
    body,
    checksum,
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
    turns.push(readTurn(path, encoding, place, row));
    yield;
  }
  return turns;
}

/** Deletes a thread. @returns whether there was one. */
export function deleteTurns(database: Database, { tenant, thread }: Thread): boolean {
  return database.run("DELETE FROM turns WHERE tenant = ? AND thread = ?", tenant, checkThread(thread)) > 0;
}
