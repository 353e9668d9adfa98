import { Client } from "pg";

/** What is measured at the server, beside what is measured. */
export interface Observer {
  /** Statements that the server has executed for all clients; undefined if it does not count them (`pg_stat_statements`). */
  statements(): Promise<number | undefined>;
  /** Size of the tables of some schemas with their indexes. */
  bytesOf(...schemas: readonly string[]): Promise<number>;
  /** Connections of all clients but this one. */
  connections(): Promise<number>;
  query<Row extends object>(sql: string, ...values: readonly unknown[]): Promise<readonly Row[]>;
  close(): Promise<void>;
}

/** @param url - of a database; a schema in it has no effect. */
export async function observe(url: string): Promise<Observer> {
  const client = new Client({ connectionString: databaseOf(url), application_name: "observer" });
  await client.connect();
  const query = async <Row extends object>(sql: string, ...values: readonly unknown[]): Promise<readonly Row[]> =>
    (await client.query<Row>(sql, [...values])).rows;
  // Only a server that was started for it counts.
  const counts = await query("CREATE EXTENSION IF NOT EXISTS pg_stat_statements")
    .then(() => query("SELECT 1 FROM pg_stat_statements LIMIT 1"))
    .then(
      () => true,
      () => false,
    );
  const numberOf = async (sql: string, ...values: readonly unknown[]): Promise<number> =>
    Number((await query<{ value: string }>(sql, ...values))[0]!.value);
  return {
    query,
    statements: async () =>
      counts
        ? numberOf(`SELECT coalesce(sum(calls), 0) AS value FROM pg_stat_statements
            WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database())`)
        : undefined,
    bytesOf: (...schemas) =>
      numberOf(
        `SELECT coalesce(sum(pg_total_relation_size(pg_class.oid)), 0) AS value FROM pg_class
          JOIN pg_namespace ON pg_namespace.oid = relnamespace WHERE nspname = ANY ($1) AND relkind IN ('r', 'm')`,
        schemas,
      ),
    connections: () =>
      numberOf(`SELECT count(*) AS value FROM pg_stat_activity
        WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()`),
    close: () => client.end(),
  };
}

/** The address without what only ice understands. */
export function databaseOf(url: string): string {
  const address = new URL(url);
  address.searchParams.delete("schema");
  return address.href;
}

/** The schema of ice, and that of the queues beside it. */
export function schemasOf(url: string): readonly [string, string] {
  const schema = new URL(url).searchParams.get("schema") ?? "ice";
  return [schema, `${schema}_dbos`];
}
