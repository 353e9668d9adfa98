import { isIP } from "node:net";
import { IceError } from "@ice/core";
import { shorten } from "@ice/core/internal";

/** An entry of the owner's list of hosts: `host` and `*.host` for ports 80 and 443, `host:port` for exactly that one. */
export interface HostRule {
  /** As the URL parser normalises it. */
  readonly host: string;
  /** Whether the rule covers the hosts below `host`, instead of itself. */
  readonly below: boolean;
  /** Undefined for ports 80 and 443. */
  readonly port: number | undefined;
}

const usualPorts: readonly number[] = [80, 443];

/** @throws IceError `ICE_USAGE`. */
export function parseHostRule(entry: string, field: string): HostRule {
  const { below, name, port } =
    /^(?<below>\*\.)?(?<name>\[[\da-f:.]+\]|[^\s:/?#@\\[\]*%]+)(?::(?<port>\d{1,5}))?$/i.exec(entry)?.groups ?? {};
  const host = name !== undefined && URL.canParse(`http://${name}`) ? hostOf(new URL(`http://${name}`)) : "";
  const number = port === undefined ? undefined : Number(port);
  const isPort = number === undefined || (number >= 1 && number <= 65_535);
  // A wildcard has no meaning for an address, or with a port.
  if (host === "" || !isPort || (below !== undefined && (number !== undefined || isAddress(host))))
    throw new IceError("ICE_USAGE", `\`${field}\` has an entry that is not a host: "${shorten(entry)}".`, {
      fix: "write `host`, `*.host` or `host:port` without a scheme or path, an IPv6 address in brackets",
    });
  return { host, below: below !== undefined, port: number };
}

/** Whether a rule covers the host and port of an address. */
export function isAbout({ host, below, port }: HostRule, url: URL): boolean {
  const name = hostOf(url);
  const isHost = below ? name.endsWith(`.${host}`) : name === host;
  return isHost && (port === undefined ? usualPorts.includes(portOf(url)) : port === portOf(url));
}

/** Whether another rule covers everything that a rule covers. */
export function isWithin({ host, below, port }: HostRule, other: HostRule): boolean {
  if (port !== other.port) return false;
  return (host === other.host && below === other.below) || (other.below && host.endsWith(`.${other.host}`));
}

/** The port of a request, explicit or not. */
export const portOf = (url: URL): number => Number(url.port || (url.protocol === "https:" ? 443 : 80));

export const isUsualPort = (url: URL): boolean => usualPorts.includes(portOf(url));

/** The host of an address, as rules have it: IPv6 in brackets, a name without the dot at its end. */
const hostOf = (url: URL): string => url.hostname.replace(/\.$/, "");

const isAddress = (host: string): boolean => host.startsWith("[") || isIP(host) !== 0;
