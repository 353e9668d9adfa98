import type { Queries } from "./database.ts";

/** Makes transactions that use this name come one after the other. What others have committed before is seen by the next statement. */
export async function lockName(queries: Queries, schema: string, ...name: readonly string[]): Promise<void> {
  await queries.run("SELECT pg_advisory_xact_lock(hashtextextended($1, 1))", [schema, ...name].join("\n"));
}
