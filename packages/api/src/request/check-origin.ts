import { IceError } from "@ice/core";
import { shorten } from "@ice/core/internal";

/**
 * Checks that a request that a page sends comes from a page of this server.
 *
 * @param origin - the header, null without one.
 * @param host - the host of the request, which has been checked.
 * @throws IceError `ICE_ORIGIN_DENIED`.
 */
export function checkOrigin(origin: string | null, host: string, allowed: ReadonlySet<string>): void {
  if (origin === null || origin === `http://${host.toLowerCase()}` || allowed.has(origin)) return;
  throw new IceError("ICE_ORIGIN_DENIED", `A page of "${shorten(origin)}" may send no requests to this server.`, {
    fix: "open the page under the address of the server, or allow the origin with --allow-origin",
  });
}
