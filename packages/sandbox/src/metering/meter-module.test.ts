import { readFileSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import binaryen from "binaryen";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { BinaryReader } from "./binary.ts";
import { fuelPerPage } from "./fuel-price.ts";
import { meterModule } from "./meter-module.ts";

const { All, GC } = binaryen.Features;
const wat = (text: string, features = All & ~GC): Uint8Array => {
  const module = binaryen.parseText(text);
  // oxlint-disable-next-line typescript/no-unsafe-enum-assignment -- the flags of binaryen are numbers
  module.setFeatures(features);
  const bytes = module.emitBinary();
  module.dispose();
  return bytes;
};

interface Meter {
  readonly fuel: WebAssembly.Global<"i64">;
  readonly pages: WebAssembly.Global<"i32">;
  readonly refused: WebAssembly.Global<"i32">;
  readonly size: WebAssembly.Global<"i32">;
}

const meterOf = (fuel: number, pages = 0): Meter => ({
  fuel: new WebAssembly.Global({ value: "i64", mutable: true }, BigInt(fuel)),
  pages: new WebAssembly.Global({ value: "i32", mutable: true }, pages),
  refused: new WebAssembly.Global({ value: "i32", mutable: true }, 0),
  size: new WebAssembly.Global({ value: "i32", mutable: true }, 1),
});

type Exports = Record<string, (...args: number[]) => number>;
const run = (bytes: Uint8Array, meter: Meter, options: { restorable?: boolean } = {}, imports = {}): Exports =>
  new WebAssembly.Instance(new WebAssembly.Module(meterModule(bytes, options).bytes), {
    ...imports,
    "ice-meter": { ...meter },
  }).exports as Exports;

const refusal = (message: string): unknown =>
  expect.objectContaining({ code: "ICE_SANDBOX_DENIED", message: expect.stringContaining(message) });

test("every function entry and every loop header costs one unit", () => {
  const meter = meterOf(1000);
  const { count } = run(
    wat(`(module (func $f) (func (export "count") (param i32) (result i32) (local i32)
      (loop $l (call $f) (local.set 1 (i32.add (local.get 1) (i32.const 1)))
        (br_if $l (i32.lt_u (local.get 1) (local.get 0)))) (local.get 1)))`),
    meter,
  );
  expect(count!(10)).toBe(10);
  expect(meter.fuel.value).toBe(1000n - 1n - 10n - 10n);
});

test("each branch that traps is marked as unlikely", () => {
  const bytes = wat(`(module (import "host" "f" (func)) (memory 1) (func (export "go") (param i32) (local i64 f32)
    (loop $l (memory.fill (i32.const 0) (i32.const 0) (local.get 0)) (br_if $l (local.get 0))))
    (func (export "grow") (result i32) (memory.grow (i32.const 1))))`);
  const metered = meterModule(bytes).bytes;
  const module = new WebAssembly.Module(metered);
  const [section] = WebAssembly.Module.customSections(module, "metadata.code.branch_hint");
  const hints = new BinaryReader(new Uint8Array(section!));
  const bodies = bodiesOf(metered);
  const found: number[] = [];
  for (let functions = hints.u32(); functions > 0; functions -= 1) {
    const body = bodies[hints.u32() - 1]!; // behind the one import
    const count = hints.u32();
    for (let branch = 0; branch < count; branch += 1) {
      const at = hints.u32();
      expect([...body.subarray(at - 2, at + 4)]).toEqual([0x00, 0x53, 0x04, 0x40, 0x00, 0x0b]); // < 0: if unreachable end
      expect([hints.u32(), hints.byte()]).toEqual([1, 0]);
    }
    found.push(count);
  }
  expect(found).toEqual([3, 2]);
  expect(hints.done).toBe(true);
});

/** The bodies in the code section. */
function bodiesOf(bytes: Uint8Array): Uint8Array[] {
  const reader = new BinaryReader(bytes, 8);
  while (reader.byte() !== 10) reader.skip(reader.u32());
  reader.u32();
  return Array.from({ length: reader.u32() }, () => reader.slice(reader.u32()));
}

test("a module without fuel traps in a loop, a recursion, tail calls and the start function", () => {
  for (const body of [
    `(func (export "go") (loop $l (br $l)))`,
    `(func $go (export "go") (call $go))`,
    `(func $go (export "go") (return_call $go))`,
    `(table funcref (elem $go)) (type $t (func)) (func $go (export "go") (return_call_indirect (type $t) (i32.const 0)))`,
  ]) {
    const meter = meterOf(5000);
    const { go } = run(wat(`(module ${body})`), meter);
    expect(() => go!()).toThrowError(/unreachable/);
    expect(meter.fuel.value).toBe(-1n);
  }
  const meter = meterOf(5000);
  expect(() => run(wat(`(module (func $s (loop $l (br $l))) (start $s))`), meter)).toThrowError(/unreachable/);
  expect(meter.fuel.value).toBe(-1n);
});

test("the same run uses the same fuel a thousand times", () => {
  const bytes = wat(`(module (memory 1) (func (export "go") (param i32) (result i32) (local i32)
    (loop $l (memory.fill (i32.const 0) (local.get 1) (local.get 1))
      (local.set 1 (i32.add (local.get 1) (i32.const 3)))
      (br_if $l (i32.lt_u (local.get 1) (local.get 0)))) (i32.load (i32.const 4))))`);
  const burnt = new Set<bigint>();
  const meter = meterOf(1e6);
  const { go } = run(bytes, meter);
  for (let times = 0; times < 1000; times += 1) {
    meter.fuel.value = 1_000_000n;
    go!(300);
    burnt.add(meter.fuel.value);
  }
  expect(burnt.size).toBe(1);
});

test("memory grows up to its limit and costs fuel per page; a refused growth is reported", () => {
  const meter = meterOf(10 * fuelPerPage, 3);
  const { grow, size } = run(
    wat(`(module (memory (export "memory") 1 100) (func (export "size") (result i32) (memory.size))
      (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0))))`),
    meter,
  );
  expect(grow!(2)).toBe(1);
  expect(size!()).toBe(3);
  expect(meter.pages.value).toBe(1);
  expect(meter.refused.value).toBe(0);
  expect(10 * fuelPerPage - Number(meter.fuel.value)).toBe(2 * fuelPerPage + 2);
  expect(grow!(2)).toBe(-1);
  expect(grow!(-1)).toBe(-1);
  expect(meter.refused.value).toBe(1);
  expect(grow!(1)).toBe(3);
  expect(grow!(0)).toBe(4);
  expect(meter.pages.value).toBe(0);
});

test("growing costs fuel before it happens", () => {
  const meter = meterOf(fuelPerPage, 100);
  const { grow } = run(
    wat(`(module (memory 1) (func (export "grow") (result i32) (memory.grow (i32.const 50))))`),
    meter,
  );
  expect(() => grow!()).toThrowError(/unreachable/);
});

test("a restorable module sees only its own pages of a memory that is already larger", () => {
  const bytes = wat(`(module (memory (export "memory") 1 100) (func (export "size") (result i32) (memory.size))
    (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0))) (global $g (mut i32) (i32.const 7))
    (func (export "bump") (result i32) (global.set $g (i32.add (global.get $g) (i32.const 1))) (global.get $g)))`);
  const meter = meterOf(100 * fuelPerPage, 10);
  const instance = run(bytes, meter, { restorable: true });
  expect(instance["grow"]!(4)).toBe(1);
  expect(instance["size"]!()).toBe(5);
  const { memory } = instance as unknown as { memory: WebAssembly.Memory };
  expect(memory.buffer.byteLength).toBe(5 * 65_536);
  meter.size.value = 1; // as a restored snapshot has it
  expect(instance["size"]!()).toBe(1);
  expect(instance["grow"]!(2)).toBe(1);
  expect(memory.buffer.byteLength).toBe(5 * 65_536);
  expect(instance["grow"]!(3)).toBe(3);
  expect(memory.buffer.byteLength).toBe(6 * 65_536);
  expect(instance["bump"]!()).toBe(8);
  expect((instance as unknown as Record<string, WebAssembly.Global>)["ice-meter:0"]!.value).toBe(8);
});

test("tables cannot grow, and bulk operations cost fuel by length", () => {
  const meter = meterOf(1_000_000);
  const { grow, fill, copy } = run(
    wat(`(module (memory 16) (table $t 1 1000 funcref)
      (func (export "grow") (result i32) (table.grow $t (ref.null func) (i32.const 5)))
      (func (export "copy") (param i32) (memory.copy (i32.const 0) (i32.const 8) (local.get 0)))
      (func (export "fill") (param i32) (memory.fill (i32.const 0) (i32.const 1) (local.get 0))))`),
    meter,
  );
  expect(grow!()).toBe(-1);
  for (const operation of [fill!, copy!]) {
    meter.fuel.value = 1_000_000n;
    operation(640_000);
    expect(meter.fuel.value).toBe(1_000_000n - 1n - 1n - 20_000n);
    meter.fuel.value = 10n;
    expect(() => operation(640_000)).toThrowError(/unreachable/);
  }
});

test("the guest cannot access the meter's globals by any index", () => {
  const bytes = wat(`(module (import "host" "g" (global $i i64)) (global $a (mut i64) (i64.const 5))
    (global $b i64 (global.get $i)) (export "b" (global $b))
    (func (export "reset") (global.set $a (i64.const 9000000000000)) (drop (global.get $b))))`);
  const meter = meterOf(100);
  const i = new WebAssembly.Global({ value: "i64", mutable: false }, 42n);
  const instance = run(bytes, meter, {}, { host: { g: i } });
  instance["reset"]!();
  expect(meter.fuel.value).toBe(99n);
  expect((instance as unknown as { b: WebAssembly.Global }).b.value).toBe(42n);
});

test("a module that refers to a global beyond its own does not compile, rewritten or not", () => {
  // global.set 0 in a module without globals: the meter's fuel has this index in the rewritten module's imports.
  const bytes = new Uint8Array([
    0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 4, 1, 0x60, 0, 0, 3, 2, 1, 0, 10, 8, 1, 6, 0, 0x42, 1, 0x24, 0, 0x0b,
  ]);
  expect(WebAssembly.validate(bytes)).toBe(false);
  expect(WebAssembly.validate(meterModule(bytes).bytes)).toBe(false);
});

describe("refused", () => {
  const header = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0];
  test.each<[string, Uint8Array, string]>([
    ["not a module", new TextEncoder().encode("not wasm"), "not a core module"],
    ["a component", new Uint8Array([0, 0x61, 0x73, 0x6d, 0x0d, 0, 1, 0]), "not a core module"],
    ["a truncated section", new Uint8Array([...header, 1, 50, 1]), "ends too early"],
    ["a length that never ends", new Uint8Array([...header, 1, 255, 255, 255, 255, 255, 255]), "too long"],
    ["sections out of order", new Uint8Array([...header, 3, 1, 0, 1, 1, 0]), "out of order"],
    ["an unknown section", new Uint8Array([...header, 13, 1, 0]), "section 13"],
    ["a shared memory", new Uint8Array([...header, 5, 4, 1, 3, 1, 1]), "shared or 64-bit"],
    ["a 64-bit memory", new Uint8Array([...header, 5, 3, 1, 4, 1]), "shared or 64-bit"],
    ["a huge table", wat(`(module (table 200000 funcref))`), "more than 100000 entries"],
    ["the meter's own name", wat(`(module (import "ice-meter" "fuel" (global (mut i64))))`), "reserved for metering"],
    ["the meter's export", wat(`(module (func (export "ice-meter:0")))`), "reserved for metering"],
    ["atomics", wat(`(module (memory 1) (func (drop (i32.atomic.load (i32.const 0)))))`), "0xfe"],
    [
      "garbage-collected types",
      wat(`(module (type $s (struct (field i32))) (func (param (ref $s))))`, All),
      "function types",
    ],
    ["exceptions", wat(`(module (tag $e) (func (throw $e)))`), "section 13"],
  ])("%s", (_name, bytes, message) => {
    expect(() => meterModule(bytes)).toThrowError(refusal(message) as Error);
  });
});

test("modules of real compilers stay valid", () => {
  const vendor = join(dirname(createRequire(import.meta.url).resolve("@bytecodealliance/jco-transpile")), "../vendor");
  const folders = [vendor, join(import.meta.dirname, "../../test/corpus")];
  const files = folders.flatMap((folder) =>
    readdirSync(folder)
      .filter((name) => /core\d*\.wasm$/.test(name))
      .map((name) => join(folder, name)),
  );
  expect(files.length).toBeGreaterThanOrEqual(4);
  for (const file of files) {
    const bytes = readFileSync(file);
    for (const restorable of [false, true])
      expect(WebAssembly.validate(meterModule(bytes, { restorable }).bytes), file).toBe(true);
  }
});

// Programs of structured control, arithmetic, memory and globals; all terminate, none traps.
const expression = fc.letrec<{ value: string; statement: string }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small" },
    fc.integer({ min: -1000, max: 1000 }).map((n) => `(i32.const ${n})`),
    fc.constantFrom("(local.get $x)", "(local.get $y)", "(global.get $g)", "(memory.size)"),
    fc
      .tuple(fc.constantFrom("add", "sub", "mul", "and", "xor", "lt_s"), tie("value"), tie("value"))
      .map(([operator, a, b]) => `(i32.${operator} ${a} ${b})`),
    fc
      .tuple(tie("value"), tie("value"), tie("value"))
      .map(([c, a, b]) => `(if (result i32) ${c} (then ${a}) (else ${b}))`),
    tie("value").map((a) => `(i32.load (i32.and ${a} (i32.const 0xfff)))`),
    tie("value").map((a) => `(memory.grow (i32.and ${a} (i32.const 1)))`),
    fc.tuple(tie("value"), tie("value")).map(([a, b]) => `(call_indirect (type $f) ${a} ${b} (i32.const 0))`),
    tie("value").map((a) => `(i32x4.extract_lane 1 (i32x4.splat ${a}))`),
    tie("value").map((a) => `(block $b (result i32) (br_table $b $b ${a} (i32.const 1)))`),
  ),
  statement: fc.oneof(
    { depthSize: "small" },
    tie("value").map((a) => `(local.set $x ${a})`),
    tie("value").map((a) => `(global.set $g ${a})`),
    fc.tuple(tie("value"), tie("value")).map(([a, b]) => `(i32.store (i32.and ${a} (i32.const 0xfff)) ${b})`),
    tie("value").map((a) => `(memory.fill (i32.const 16) ${a} (i32.and ${a} (i32.const 0xff)))`),
    fc.tuple(tie("statement"), tie("statement")).map(([a, b]) => `(block ${a} ${b})`),
    tie("statement").map(
      (body) => `(local.set $n (i32.const 3))
        (loop $l ${body} (local.set $n (i32.sub (local.get $n) (i32.const 1))) (br_if $l (i32.gt_s (local.get $n) (i32.const 0))))`,
    ),
  ),
}));

test("any program stays valid, computes the same, and traps when its fuel is one unit short", () => {
  fc.assert(
    fc.property(expression.statement, expression.value, fc.integer(), (statement, value, input) => {
      const bytes =
        wat(`(module (memory 1 50) (global $g (mut i32) (i32.const 3)) (type $f (func (param i32 i32) (result i32)))
        (table funcref (elem $pick)) (func $pick (type $f) (i32.add (local.get 0) (local.get 1)))
        (func (export "go") (param $x i32) (result i32) (local $y i32) (local $n i32) ${statement} ${value}))`);
      const plain = new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports as Exports;
      const expected = plain["go"]!(input);
      for (const restorable of [false, true]) {
        const meter = meterOf(1e12, 100);
        expect(run(bytes, meter, { restorable })["go"]!(input)).toBe(expected);
        const used = 1_000_000_000_000n - meter.fuel.value;
        const short = meterOf(Number(used) - 1, 100);
        const again = run(bytes, short, { restorable });
        expect(() => again["go"]!(input)).toThrowError(/unreachable/);
      }
    }),
    { numRuns: 150, seed: 7 },
  );
});

test("any bytes are either refused or rewritten", () => {
  const module =
    wat(`(module (memory 1) (table 2 funcref) (global (mut i32) (i32.const 1)) (func $f (param i32) (result i32)
    (loop (result i32) (memory.grow (local.get 0)))) (elem (i32.const 0) $f) (data (i32.const 0) "abc") (export "f" (func $f)))`);
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(module.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 }),
      (changes) => {
        const bytes = module.slice();
        for (const [at, value] of changes) bytes[at] = value;
        try {
          const metered = meterModule(bytes).bytes;
          // What was valid stays valid; what was not does not become valid.
          expect(WebAssembly.validate(metered)).toBe(WebAssembly.validate(bytes));
        } catch (error) {
          expect(error).toMatchObject({ code: "ICE_SANDBOX_DENIED" });
        }
      },
    ),
    { numRuns: 3000, seed: 11 },
  );
});
