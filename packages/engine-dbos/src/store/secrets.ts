import { defaultTenant } from "@ice/core/internal";
import type { StoreDatabase } from "./store-database.ts";

/** The secret of a tenant, created when it is first used. */
export async function secretOf(store: StoreDatabase, tenant: string): Promise<string> {
  const name = tenant === defaultTenant ? "secret" : `secret of ${tenant}`;
  const select = "SELECT value FROM meta WHERE name = $1";
  const known = await store.opened.get<{ value: string }>(select, name);
  if (known !== undefined) return known.value;
  const value = Buffer.from(store.options.randomBytes(32)).toString("base64url");
  await store.opened.run("INSERT INTO meta (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING", name, value);
  // Another process may have been first.
  return (await store.opened.get<{ value: string }>(select, name))?.value ?? value;
}
