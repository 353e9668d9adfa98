import type { ConversationStore, ConversationTurn } from "@ice/core";
import {
  checkThread,
  checkTurn,
  conversationLimits,
  encodeTurn,
  finishInTurns,
  readTurn,
  StoredConversations,
  type Steps,
  type StoredRow,
  type Thread,
} from "@ice/core/internal";
import { encoding } from "./digests.ts";
import { lockName } from "./locks.ts";
import type { StoreDatabase } from "./store-database.ts";

/** The conversations of a tenant in a database. */
export function conversationsIn(
  store: StoreDatabase,
  tenant: string,
  forTenant: (tenant: string) => ConversationStore,
): ConversationStore {
  return new StoredConversations({
    tenant,
    forTenant,
    open: () => {
      store.assertOpen();
      return {
        append: (thread, turn) => insertTurn(store, { tenant, thread }, turn),
        read: (thread, limit) => readTurns(store, { tenant, thread }, limit),
        delete: (thread) => deleteTurns(store, { tenant, thread }),
      };
    },
  });
}

/** Adds a turn to a thread, unless its key is taken, and drops the oldest that the thread does not keep. */
function insertTurn(store: StoreDatabase, place: Thread, turn: ConversationTurn): Promise<boolean> {
  const { tenant, thread } = place;
  const { key } = turn;
  const length = checkTurn(checkThread(thread), turn);
  // What cannot be written is found before the transaction.
  encodeTurn(encoding, place, 0, turn);
  return store.database.transact(async (queries, attempt) => {
    // Ids have the order of the turns.
    await lockName(queries, store.database.schema, "conversations", tenant, thread);
    const known = await queries.get(
      "SELECT 1 FROM conversations WHERE tenant = $1 AND thread = $2 AND key = $3",
      tenant,
      thread,
      key,
    );
    // The answer to an earlier attempt may have been lost.
    if (known !== undefined) return attempt > 0;
    const next = "SELECT nextval(pg_get_serial_sequence('conversations', 'id')) AS id";
    const { id } = (await queries.get<{ id: number }>(next))!; // a sequence has a next value
    const { version, body, checksum } = encodeTurn(encoding, place, id, turn);
    await queries.run(
      `INSERT INTO conversations (id, tenant, thread, key, length, version, body, checksum)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
      id,
      tenant,
      thread,
      key,
      length,
      version,
      body,
      checksum,
    );
    await queries.run(
      `DELETE FROM conversations WHERE id IN (
        SELECT id FROM (
          SELECT id, row_number() OVER newest AS nth, sum(length) OVER newest AS total FROM conversations
          WHERE tenant = $1 AND thread = $2 WINDOW newest AS (ORDER BY id DESC)
        ) AS turns WHERE nth > $3 OR (total > $4 AND nth > 1)
      )`,
      tenant,
      thread,
      conversationLimits.turns,
      conversationLimits.threadLength,
    );
    return true;
  });
}

type TurnRow = StoredRow & { readonly id: number; readonly key: string };

/** The last turns of a thread, the oldest of them first. @throws IceError `ICE_STORE_CORRUPT`, `ICE_STORE_VERSION`. */
async function readTurns(store: StoreDatabase, place: Thread, limit: number): Promise<readonly ConversationTurn[]> {
  const rows = await store.database.all<TurnRow>(
    `SELECT id, key, version, body, checksum FROM conversations WHERE tenant = $1 AND thread = $2
      ORDER BY id DESC LIMIT $3`,
    place.tenant,
    checkThread(place.thread),
    Math.max(0, Math.min(limit, conversationLimits.turns)),
  );
  return finishInTurns(decodeAll(store, place, rows.toReversed()), store.options.timeSlice);
}

function* decodeAll(store: StoreDatabase, place: Thread, rows: readonly TurnRow[]): Steps<readonly ConversationTurn[]> {
  const turns: ConversationTurn[] = [];
  for (const row of rows) {
    turns.push(readTurn(store.url, encoding, place, row));
    yield;
  }
  return turns;
}

/** Deletes a thread. @returns whether there was one. */
async function deleteTurns(store: StoreDatabase, { tenant, thread }: Thread): Promise<boolean> {
  const sql = "DELETE FROM conversations WHERE tenant = $1 AND thread = $2";
  return (await store.database.run(sql, tenant, checkThread(thread))) > 0;
}
