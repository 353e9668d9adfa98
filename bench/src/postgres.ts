import { randomBytes } from "node:crypto";
import { startPostgres } from "../../packages/engine-dbos/test/start-postgres.ts";

/** A Postgres in which a commit waits for the disk. */
export interface BenchPostgres {
  /** An address with a schema of its own. */
  newUrl(): string;
  close(): Promise<void>;
}

/** That of `DATABASE_URL`, or one that is started with new data. What is measured stays in the former, in schemas named `bench…`. */
export async function openPostgres(): Promise<BenchPostgres> {
  const given = process.env["DATABASE_URL"];
  const settings = ["shared_preload_libraries=pg_stat_statements"];
  const started = given === undefined ? await startPostgres({ fsync: true, settings }) : undefined;
  return {
    newUrl() {
      const url = new URL(given ?? started!.url);
      url.searchParams.set("schema", `bench${randomBytes(4).toString("hex")}`);
      return url.href;
    },
    close: async () => started?.close(),
  };
}
