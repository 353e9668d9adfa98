import type { TestProject } from "vitest/node";
import { startPostgres } from "./start-postgres.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** A database in which each test makes a schema of its own. */
    readonly postgresUrl: string;
  }
}

/** One Postgres for all tests: that of `DATABASE_URL`, or one that is started for them. */
export async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  const given = process.env["DATABASE_URL"];
  if (given !== undefined) {
    project.provide("postgresUrl", given);
    return undefined;
  }
  const postgres = await startPostgres();
  project.provide("postgresUrl", postgres.url);
  return () => postgres.close();
}
