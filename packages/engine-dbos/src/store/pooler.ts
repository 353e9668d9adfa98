import { IceError } from "@ice/core";
import type { ClientBase } from "pg";

/** A connection; its types lack the process that Postgres says it has when it begins. */
type Connection = ClientBase & { readonly processID: number | null };

/** How often two connections try to get the same process of Postgres. */
const rounds = 5;

/**
 * Refuses a connection pooler that gives a connection to another client after each transaction. Without a pooler, Postgres has said at the
 * beginning which process serves the connection; a pooler says something of its own.
 *
 * @param another - a second connection to the same address, ended by the caller.
 * @throws IceError `ICE_STORE_UNAVAILABLE`.
 */
export async function assertOwnSession(
  client: ClientBase,
  another: () => Promise<ClientBase>,
  store: string,
): Promise<void> {
  if ((await processOf(client)) === (client as Connection).processID) return;
  if (await areShared(client, await another())) throw isShared(store);
}

/**
 * Whether two connections share processes. If each has one for itself, those differ and stay the same. Most poolers give the process that has
 * become free last to the next client, which the second connection shows; others take turns, which the first one shows.
 */
async function areShared(one: ClientBase, other: ClientBase): Promise<boolean> {
  const own = await processOf(one);
  for (let round = 0; round < rounds; round += 1) {
    if ((await processOf(one)) !== own) return true;
    try {
      await other.query("BEGIN");
    } catch (error) {
      if (isStatementMode(error)) return true;
      throw error;
    }
    try {
      if ((await processOf(other)) === own || (await processOf(one)) !== own) return true;
    } finally {
      await other.query("COMMIT");
    }
  }
  return false;
}

async function processOf(client: ClientBase): Promise<number> {
  const { rows } = await client.query<{ pid: number }>("SELECT pg_backend_pid() AS pid");
  return rows[0]!.pid; // it returns one row
}

/** A pooler that shares even more has no transactions. */
const isStatementMode = (error: unknown): boolean => error instanceof Error && /statement pooling/i.test(error.message);

const isShared = (store: string): IceError =>
  new IceError(
    "ICE_STORE_UNAVAILABLE",
    `The store ${store} is behind a connection pooler in transaction mode: statements of one connection reach different sessions of Postgres. Prepared statements, locks and notifications of ice belong to a session.`,
    {
      fix: "use the address of Postgres itself, or let the pooler give each connection a session of its own (session mode)",
      details: { store },
    },
  );
