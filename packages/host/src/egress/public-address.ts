import { BlockList, isIP } from "node:net";

/** https://www.iana.org/assignments/iana-ipv4-special-registry, and multicast: all addresses that are not public. */
const specialIpv4: readonly (readonly [string, number])[] = [
  ["0.0.0.0", 8], // this network
  ["10.0.0.0", 8], // private
  ["100.64.0.0", 10], // shared by a provider
  ["127.0.0.0", 8], // this machine
  ["169.254.0.0", 16], // link-local, services of a cloud
  ["172.16.0.0", 12], // private
  ["192.0.0.0", 24], // protocol assignments
  ["192.0.2.0", 24], // documentation
  ["192.31.196.0", 24], // AS112
  ["192.52.193.0", 24], // AMT
  ["192.88.99.0", 24], // 6to4 relays
  ["192.168.0.0", 16], // private
  ["192.175.48.0", 24], // AS112
  ["198.18.0.0", 15], // benchmarks
  ["198.51.100.0", 24], // documentation
  ["203.0.113.0", 24], // documentation
  ["224.0.0.0", 4], // multicast
  ["240.0.0.0", 4], // reserved, broadcast
];

/** https://www.iana.org/assignments/iana-ipv6-special-registry: what is special within the global unicast addresses. */
const specialIpv6: readonly (readonly [string, number])[] = [
  ["2001::", 23], // protocol assignments: Teredo, benchmarks, ORCHID
  ["2001:db8::", 32], // documentation
  ["2002::", 16], // 6to4: holds an IPv4 address
  ["2620:4f:8000::", 48], // AS112
  ["3fff::", 20], // documentation
];

/**
 * Global unicast. Outside of it are the loopback, all forms of embedded IPv4 (`::/96`, `::ffff:0:0/96`, NAT64 in `64:ff9b::/96` and
 * `64:ff9b:1::/48`), `100::/64`, `5f00::/16`, private, link-local, site-local and multicast addresses, and what is not assigned.
 */
const globalIpv6 = ["2000::", 3] as const;

/** One list for each kind of address: a list that holds IPv4 addresses mapped to IPv6 matches plain ones too. */
const listOf = (networks: readonly (readonly [string, number])[], family: "ipv4" | "ipv6"): BlockList => {
  const list = new BlockList();
  for (const [network, bits] of networks) list.addSubnet(network, bits, family);
  return list;
};

const special = { ipv4: listOf(specialIpv4, "ipv4"), ipv6: listOf(specialIpv6, "ipv6") };
const global = listOf([globalIpv6], "ipv6");

/**
 * Whether the internet routes an address publicly: not this machine, a private network, or one with a special purpose. IPv6
 * addresses that hold an IPv4 address are not public, whichever it is.
 *
 * @param address - as `node:dns` and `node:net` write it; anything else is not public.
 */
export function isPublicAddress(address: string): boolean {
  switch (isIP(address)) {
    case 4:
      return !special.ipv4.check(address, "ipv4");
    case 6:
      // A zone (`%eth0`) belongs to link-local addresses only.
      return !address.includes("%") && global.check(address, "ipv6") && !special.ipv6.check(address, "ipv6");
    default:
      return false;
  }
}
