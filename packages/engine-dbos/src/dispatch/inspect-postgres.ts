import { Database, type Queries } from "../store/database.ts";
import { isCurrent } from "../store/migrations.ts";
import { parsePostgresAddress, queueSchemaOf } from "../store/postgres-address.ts";
import { permissionDenied } from "../store/store-error.ts";
import { hasQueueTables } from "./queue-tables.ts";

/** A schema of a store. */
export interface InspectedSchema {
  readonly name: string;
  /** False: they are missing or those of an older ice, and the first process that writes creates or changes them. */
  readonly isCurrent: boolean;
}

/** What was found at an address of a store on Postgres. */
export interface PostgresInspection {
  /** Of the server: `17.2`. */
  readonly version: string;
  readonly store: InspectedSchema;
  readonly queues: InspectedSchema;
  /** Living workers. */
  readonly workers: number;
}

/** Time limits, in milliseconds: the one who asks waits. */
const limits = { connectMs: 10_000, statementMs: 10_000, awayMs: 0 };

/**
 * Looks whether a store on Postgres can be used, with its queues, and creates nothing.
 *
 * @param url - as for `openPostgresRunStore`.
 * @throws IceError `ICE_USAGE` for a wrong parameter, `ICE_STORE_UNAVAILABLE` (also for a pooler that shares connections, or a server that cannot be written),
 * `ICE_STORE_READONLY` (also if tables are missing that this user may not create), `ICE_STORE_VERSION`.
 */
export async function inspectPostgres(url: string): Promise<PostgresInspection> {
  const address = parsePostgresAddress(url);
  const { connectMs = limits.connectMs } = address;
  const database = new Database(address, { ...limits, connectMs });
  try {
    const server = (await database.get<Server>(
      `SELECT current_setting('server_version') AS version, current_database() AS name,
        has_database_privilege(current_database(), 'CREATE') AS creates`,
    ))!; // it returns one row
    const schemas = [address.schema, queueSchemaOf(address.schema)] as const;
    for (const schema of schemas) {
      const denied = await whatIsDenied(database, schema, server);
      if (denied !== undefined) throw permissionDenied(denied, database.url);
    }
    const [store, queues] = schemas;
    const isStoreCurrent = await isCurrent(database);
    return {
      version: server.version,
      store: { name: store, isCurrent: isStoreCurrent },
      queues: { name: queues, isCurrent: await hasQueueTables(database, queues) },
      workers: isStoreCurrent ? await livingWorkers(database) : 0,
    };
  } finally {
    await database.close();
  }
}

interface Server {
  readonly version: string;
  /** Of the database. */
  readonly name: string;
  /** Whether the user may create schemas. */
  readonly creates: boolean;
}

/** What this user may not do with a schema, which may be missing; undefined if nothing is missing. */
async function whatIsDenied(queries: Queries, schema: string, server: Server): Promise<string | undefined> {
  const found = await queries.get<{ uses: boolean; creates: boolean; tables: number; denied: string | null }>(
    `SELECT has_schema_privilege(n.oid, 'USAGE') AS uses, has_schema_privilege(n.oid, 'CREATE') AS creates,
        count(c.oid) AS tables,
        min(c.relname) FILTER (WHERE NOT (has_table_privilege(c.oid, 'SELECT') AND has_table_privilege(c.oid, 'INSERT')
          AND has_table_privilege(c.oid, 'UPDATE') AND has_table_privilege(c.oid, 'DELETE'))) AS denied
      FROM pg_namespace AS n LEFT JOIN pg_class AS c ON c.relnamespace = n.oid AND c.relkind IN ('r', 'p')
      WHERE n.nspname = $1 GROUP BY n.oid`,
    schema,
  );
  if (found === undefined) return server.creates ? undefined : `database ${server.name}`;
  if (!found.uses || (found.tables === 0 && !found.creates)) return `schema ${schema}`;
  return found.denied === null ? undefined : `table ${schema}.${found.denied}`;
}

async function livingWorkers(queries: Queries): Promise<number> {
  const sql = "SELECT count(*) AS workers FROM owners WHERE worker IS NOT NULL AND lease_until > now()";
  return (await queries.get<{ workers: number }>(sql))!.workers; // it returns one row
}
