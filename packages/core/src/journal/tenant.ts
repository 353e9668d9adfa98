import { IceError } from "../errors/ice-error.ts";
import { shorten } from "../errors/shorten.ts";

/** The tenant of everything for which no other is named. */
export const defaultTenant = "default";

const tenantPattern = /^[a-z0-9][a-z0-9-]{0,62}$/;

/** Returns the name of a tenant. @throws IceError `ICE_USAGE` for anything else. */
export function checkTenant(tenant: unknown): string {
  if (typeof tenant === "string" && tenantPattern.test(tenant)) return tenant;
  const given = typeof tenant === "string" ? JSON.stringify(shorten(tenant)) : "A value that is no text";
  throw new IceError("ICE_USAGE", `${given} is not the name of a tenant.`, {
    fix: "use lower-case letters, digits and `-`, at most 63, starting with a letter or digit",
  });
}

/** Checks that a run or an option names no other tenant than the one that is served. @throws IceError `ICE_USAGE`. */
export function checkSameTenant(named: string | undefined, tenant: string): void {
  if (named === undefined || named === tenant) return;
  throw new IceError("ICE_USAGE", `The tenant "${shorten(named)}" is not "${tenant}", whose runs these are.`, {
    fix: `use the store or the services of that tenant: RunStore.forTenant("${shorten(named)}"), Tenants.of("${shorten(named)}")`,
  });
}

/**
 * The name of a run that no other run of the store has: its id, after the tenant unless that is the default one. Run ids contain no
 * line break.
 */
export const uniqueRunName = (tenant: string, runId: string): string =>
  tenant === defaultTenant ? runId : `${tenant}\n${runId}`;
