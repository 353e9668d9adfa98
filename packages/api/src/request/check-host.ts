import { IceError } from "@ice/core";
import { shorten } from "@ice/core/internal";
import { invalidRequest } from "./invalid-request.ts";

/** Names under which a browser on the same machine reaches the server. */
const loopbackNames = ["localhost", "127.0.0.1", "[::1]"];

/** The names of hosts that a server answers to, in lower case. */
export const hostNames = (allowed: readonly string[] = []): ReadonlySet<string> =>
  new Set([...loopbackNames, ...allowed.map((name) => name.toLowerCase())]);

/**
 * Checks that a request names this server, so that no page of another site reaches it through a name that leads here (DNS rebinding).
 *
 * @param hosts - the values of all `Host` headers.
 * @param target - the request target as it was sent: a path, or an absolute address.
 * @returns the host with its port, as the client has written it.
 * @throws IceError `ICE_HOST_DENIED`, `ICE_REQUEST_INVALID`.
 */
export function checkHost(hosts: readonly string[], target: string, names: ReadonlySet<string>): string {
  const [host] = hosts;
  if (host === undefined || hosts.length > 1 || !isKnown(host, names)) throw denied(hosts.join(", "));
  if (target.startsWith("/")) return host;
  const authority = /^https?:\/\/([^/?#]*)/i.exec(target)?.[1];
  if (authority === undefined)
    throw invalidRequest("The target of the request is not a path.", "send a path, such as /v1/runs");
  if (!isKnown(authority, names)) throw denied(authority);
  return host;
}

function isKnown(host: string, names: ReadonlySet<string>): boolean {
  const [, name] = /^(\[[^\]]*\]|[^:]*)(?::\d{1,5})?$/.exec(host.toLowerCase()) ?? [];
  return name !== undefined && names.has(name);
}

const denied = (host: string): IceError =>
  new IceError("ICE_HOST_DENIED", `This server is not known as "${shorten(host)}".`, {
    fix: "use the address that the server shows when it starts, or allow the name with --allow-host",
  });
