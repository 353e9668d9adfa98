import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { seccompFilter } from "./seccomp-filter.ts";
import { auditArchitecture, examined, forbidden, newestSystemCall, type Architecture } from "./system-calls.ts";

const allow = 0x7fff0000;
const kill = 0x80000000;
const errno = (number: number): number => 0x00050000 + number;
const notPermitted = errno(1);
const notImplemented = errno(38);
const familyNotSupported = errno(97);

interface Call {
  readonly number: number;
  readonly architecture?: number;
  readonly args?: readonly bigint[];
}

/** Runs a filter as the kernel does (linux/filter.h), over a struct seccomp_data of the call. */
function judge(
  processor: Architecture,
  { number, architecture = auditArchitecture[processor], args = [] }: Call,
): number {
  const data = new DataView(new ArrayBuffer(64));
  data.setUint32(0, number, true);
  data.setUint32(4, architecture, true);
  for (const [index, value] of args.entries()) data.setBigUint64(16 + 8 * index, value, true);
  const filter = seccompFilter(processor);
  const program = new DataView(filter.buffer);
  let accumulator = 0;
  for (let at = 0; ; at += 1) {
    const [code, jumpTrue, jumpFalse] = [program.getUint16(at * 8, true), filter[at * 8 + 2]!, filter[at * 8 + 3]!];
    const value = program.getUint32(at * 8 + 4, true);
    const jump = (holds: boolean): number => (holds ? jumpTrue : jumpFalse);
    if (code === 0x06) return value;
    else if (code === 0x20) accumulator = data.getUint32(value, true);
    else if (code === 0x15) at += jump(accumulator === value);
    else if (code === 0x25) at += jump(accumulator > value);
    else if (code === 0x45) at += jump((accumulator & value) !== 0);
    else throw new Error(`instruction ${code}`);
  }
}

describe.each(["x64", "arm64"] as const)("on %s", (processor) => {
  const numberOf = (name: keyof typeof examined): number => examined[name][processor];
  const denied = Object.values(forbidden)
    .flatMap((calls) => Object.values(calls))
    .map((numbers) => numbers[processor === "x64" ? 0 : 1])
    .filter((number) => number !== null);

  test("forbidden calls fail, whatever their arguments", () => {
    expect(denied.length).toBeGreaterThan(80);
    expect(new Set(denied).size).toBe(denied.length);
    for (const number of denied) expect(judge(processor, { number, args: [1n, 2n] })).toBe(notPermitted);
  });

  test("every other call is allowed, up to the newest known one; later ones do not exist", () => {
    const special = new Set<number>([...denied, ...Object.values(examined).map((numbers) => numbers[processor])]);
    for (let number = 0; number <= newestSystemCall; number += 1)
      if (!special.has(number)) expect(judge(processor, { number })).toBe(allow);
    expect(judge(processor, { number: newestSystemCall + 1 })).toBe(notImplemented);
    // On x64 this bit asks for the x32 convention, with the same numbers.
    expect(judge(processor, { number: 0x40000000 + denied[0]! })).toBe(notImplemented);
    expect(judge(processor, { number: 0xffffffff })).toBe(notImplemented);
  });

  test("another calling convention ends the process", () => {
    const others = [0x40000003, 0x40000028, auditArchitecture[processor === "x64" ? "arm64" : "x64"], 0];
    for (const architecture of others) expect(judge(processor, { number: 1, architecture })).toBe(kill);
  });

  test("processes and threads are allowed, namespaces are not", () => {
    const clone = (flags: bigint): number => judge(processor, { number: numberOf("clone"), args: [flags] });
    expect(clone(0x11n)).toBe(allow); // fork
    expect(clone(0x3d0f00n)).toBe(allow); // a thread
    for (const bit of [0x20000n, 0x2000000n, 0x4000000n, 0x8000000n, 0x10000000n, 0x20000000n, 0x40000000n])
      expect(clone(bit | 0x11n)).toBe(notPermitted);
    expect(judge(processor, { number: numberOf("clone3") })).toBe(notImplemented);
  });

  test("no socket of any family is created", () => {
    for (const family of [0n, 1n, 2n, 10n, 16n, 17n, 38n, 40n, 0x1_0000_0002n])
      expect(judge(processor, { number: numberOf("socket"), args: [family, 1n] })).toBe(familyNotSupported);
  });

  test("no input is injected into terminals", () => {
    const ioctl = (request: bigint): number => judge(processor, { number: numberOf("ioctl"), args: [0n, request] });
    expect(ioctl(0x5401n)).toBe(allow);
    for (const request of [0x5412n, 0x541cn, 0x5423n, 0x1_0000_5412n]) expect(ioctl(request)).toBe(notPermitted);
  });
});

const headers = [
  ["/usr/include/x86_64-linux-gnu/asm/unistd_64.h", 0],
  ["/usr/include/asm-generic/unistd.h", 1],
] as const;
test.each(headers.filter(([path]) => existsSync(path)))("the numbers are those of %s", (path, position) => {
  const text = readFileSync(path, "utf8");
  const known = new Map(
    [...text.matchAll(/^#define __NR(?:3264)?_(\w+)\s+(\d+)/gm)].map((match) => [match[1]!, match[2]!]),
  );
  const calls = Object.values(forbidden).flatMap((group) => Object.entries(group));
  const wrong = calls.filter(
    ([name, numbers]) => (known.get(name) ?? null) !== (numbers[position]?.toString() ?? null),
  );
  expect(wrong.map(([name]) => name)).toEqual([]);
  for (const [name, { x64, arm64 }] of Object.entries(examined))
    expect([name, known.get(name)]).toEqual([name, String([x64, arm64][position])]);
});
