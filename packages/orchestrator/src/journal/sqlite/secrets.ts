import { defaultTenant } from "@ice/core/internal";
import type { Database } from "./database.ts";

/** The secret of a tenant, created when it is first used. In a transaction. */
export function secretOf(database: Database, tenant: string, randomBytes: (size: number) => Uint8Array): string {
  const name = tenant === defaultTenant ? "secret" : `secret of ${tenant}`;
  const known = database.get<{ value: string }>("SELECT value FROM meta WHERE name = ?", name);
  if (known !== undefined) return known.value;
  const value = Buffer.from(randomBytes(32)).toString("base64url");
  database.run("INSERT INTO meta (name, value) VALUES (?, ?)", name, value);
  return value;
}
