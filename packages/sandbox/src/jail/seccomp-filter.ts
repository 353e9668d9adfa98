import { auditArchitecture, examined, forbidden, newestSystemCall, type Architecture } from "./system-calls.ts";

/** The necessary instructions of classic BPF (linux/filter.h). */
const op = { load: 0x20, jumpIfEqual: 0x15, jumpIfGreater: 0x25, jumpIfAnyBit: 0x45, answer: 0x06 } as const;

/** Offsets in struct seccomp_data of linux/seccomp.h. For arguments, the low half on little-endian machines. */
const at = { number: 0, architecture: 4, firstArgument: 16, secondArgument: 24 } as const;

const fail = (errno: number): number => 0x0005_0000 | errno;
const verdict = {
  allow: 0x7fff_0000,
  kill: 0x8000_0000,
  notPermitted: fail(1),
  notImplemented: fail(38),
  familyNotSupported: fail(97),
} as const;

/** Every `CLONE_NEW*` of linux/sched.h except the one for time, which shares its bit with the signal. */
const newNamespaces = 0x7e02_0000;
/** Requests that insert input into a terminal, remap its keys or change its line discipline: TIOCSTI, TIOCLINUX, TIOCSETD. */
const terminalRequests = [0x5412, 0x541c, 0x5423] as const;

type Instruction = readonly [code: number, jumpTrue: number, jumpFalse: number, value: number];

const load = (offset: number): Instruction => [op.load, 0, 0, offset];
const answer = (value: number): Instruction => [op.answer, 0, 0, value];
/** The next instructions run if the test succeeds, otherwise `length` of them are skipped. */
const when = (code: number, value: number, then: readonly Instruction[]): readonly Instruction[] => [
  [code, 0, then.length, value],
  ...then,
];
const unlessEqual = (value: number, then: readonly Instruction[]): readonly Instruction[] => [
  [op.jumpIfEqual, then.length, 0, value],
  ...then,
];

/**
 * The program with which the kernel filters system calls of a jail, in the format that bubblewrap reads from `--seccomp`. Calls of
 * another calling convention end the process; new namespaces, sockets, inserting terminal input, and all calls that
 * `system-calls.ts` forbids fail with an error; calls newer than its table do not exist.
 */
export function seccompFilter(architecture: Architecture): Uint8Array {
  const numberOf = (name: keyof typeof examined): number => examined[name][architecture];
  const position = architecture === "x64" ? 0 : 1;
  const denied = Object.values(forbidden)
    .flatMap((calls) => Object.values(calls))
    .flatMap((numbers) => numbers[position] ?? []);
  return encode([
    load(at.architecture),
    ...unlessEqual(auditArchitecture[architecture], [answer(verdict.kill)]),
    load(at.number),
    ...when(op.jumpIfGreater, newestSystemCall, [answer(verdict.notImplemented)]),
    // Its flags are in memory, which a filter cannot read. Programs then use `clone`.
    ...when(op.jumpIfEqual, numberOf("clone3"), [answer(verdict.notImplemented)]),
    ...when(op.jumpIfEqual, numberOf("clone"), [
      load(at.firstArgument),
      ...when(op.jumpIfAnyBit, newNamespaces, [answer(verdict.notPermitted)]),
      answer(verdict.allow),
    ]),
    ...when(op.jumpIfEqual, numberOf("socket"), [answer(verdict.familyNotSupported)]),
    ...when(op.jumpIfEqual, numberOf("ioctl"), [
      load(at.secondArgument),
      ...terminalRequests.flatMap((request) => when(op.jumpIfEqual, request, [answer(verdict.notPermitted)])),
      answer(verdict.allow),
    ]),
    ...denied.flatMap((number) => when(op.jumpIfEqual, number, [answer(verdict.notPermitted)])),
    answer(verdict.allow),
  ]);
}

/** struct sock_filter: code in 16 bits, two jumps in 8 each, value in 32, little-endian. */
function encode(program: readonly Instruction[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(program.length * 8));
  for (const [index, [code, jumpTrue, jumpFalse, value]] of program.entries()) {
    view.setUint16(index * 8, code, true);
    view.setUint8(index * 8 + 2, jumpTrue);
    view.setUint8(index * 8 + 3, jumpFalse);
    view.setUint32(index * 8 + 4, value >>> 0, true);
  }
  return new Uint8Array(view.buffer);
}
