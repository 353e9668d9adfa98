import ipaddr from "ipaddr.js";
import { expect, test } from "vitest";
import { isPublicAddress } from "./public-address.ts";

test.each([
  "8.8.8.8",
  "1.1.1.1",
  "93.184.216.34",
  "223.255.255.254",
  "2606:4700:4700::1111",
  "2a00:1450:4001:80b::200e",
])("%s is public", (address) => {
  expect(isPublicAddress(address)).toBe(true);
});

/** Both ends of every network of the two registries, of multicast, and of what is not assigned. */
const special = `
  0.0.0.0 0.255.255.255 10.0.0.0 10.255.255.255 100.64.0.0 100.127.255.255 127.0.0.1 127.255.255.255
  169.254.0.0 169.254.169.254 172.16.0.0 172.31.255.255 192.0.0.0 192.0.0.255 192.0.2.1 192.31.196.1
  192.52.193.1 192.88.99.1 192.168.0.0 192.168.255.255 192.175.48.1 198.18.0.0 198.19.255.255 198.51.100.1
  203.0.113.1 224.0.0.1 239.255.255.255 240.0.0.0 255.255.255.255 :: ::1 ::7f00:1 ::8.8.8.8 ::ffff:127.0.0.1
  ::ffff:8.8.8.8 64:ff9b::7f00:1 64:ff9b::808:808 64:ff9b:1::1 100::1 100:0:0:1::1 2001::1 2001:2::1
  2001:1ff:ffff::1 2001:db8::1 2002:7f00:1:: 2620:4f:8000::1 3fff::1 3fff:fff:ffff::1 5f00::1 fc00::1 fdff::1
  fe80::1 febf::1 fec0::1 feff::1 ff00::1 ff02::1 4000::1 e000::1 fe80::1%eth0 2606:4700::1%eth0 localhost
  8.8.8 0x08080808 08.8.8.8
`;
test.each([...special.trim().split(/\s+/), "", " 8.8.8.8"])("%j is not", (address) => {
  expect(isPublicAddress(address)).toBe(false);
});

test("addresses next to a special network are public", () => {
  const beside = ["9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "172.15.255.255", "172.32.0.0"];
  const besideIpv6 = ["2001:200::1", "2001:db7:ffff::1", "2001:db9::1", "2003::1", "3ffe::1", "3fff:1000::1"];
  for (const address of [...beside, "192.0.1.1", "198.17.255.255", "198.20.0.0", ...besideIpv6])
    expect({ address, isPublic: isPublicAddress(address) }).toEqual({ address, isPublic: true });
});

test("an address that another library calls special is not public", () => {
  let state = 1;
  const random = (): number => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
  const open: string[] = [];
  for (let time = 0; time < 20_000; time += 1) {
    const bytes = Array.from({ length: time % 2 === 0 ? 4 : 16 }, () => Math.floor(random() * 256));
    if (bytes.length === 16) bytes[0] = [0x20, 0x24, 0x26, 0x2a, 0x3f, 0][time % 6]!;
    const address = ipaddr.fromByteArray(bytes);
    if (address.range() !== "unicast" && isPublicAddress(address.toString())) open.push(address.toString());
  }
  expect(open).toEqual([]);
});
