import { BinaryReader, BinaryWriter, malformed } from "./binary.ts";
import { bulkOpcodes, opcodes, skipBulkImmediates, skipImmediates, valueType } from "./instructions.ts";
import { bulkShift, fuelPerPage } from "./fuel-price.ts";
import type { UnlikelyBranches } from "./branch-hints.ts";
import { shifted, type GlobalShift } from "./meter-expression.ts";

interface CodeContext {
  readonly shift: GlobalShift;
  readonly restorable: boolean;
  /** Number of parameters of the function at a position in the code section. */
  parametersOf(position: number): number;
}

export interface MeteredCode {
  /** The content of the code section. */
  readonly bytes: Uint8Array;
  /** Offsets at which it traps when fuel runs out. */
  readonly traps: UnlikelyBranches;
}

/** Rewrites the bodies of all functions. */
export function meterCode(reader: BinaryReader, context: CodeContext): MeteredCode {
  const count = reader.u32();
  const writer = new BinaryWriter().u32(count);
  const traps = new Map<number, readonly number[]>();
  for (let position = 0; position < count; position += 1) {
    const size = reader.u32();
    const body = new BinaryReader(reader.bytes, reader.at, reader.at + size);
    reader.skip(size);
    const metered = meterFunction(body, context.parametersOf(position), context);
    writer.u32(metered.bytes.length).raw(metered.bytes);
    traps.set(position, metered.traps);
  }
  reader.expectEnd();
  return { bytes: writer.finish(), traps };
}

function meterFunction(
  reader: BinaryReader,
  parameters: number,
  context: CodeContext,
): { readonly bytes: Uint8Array; readonly traps: readonly number[] } {
  const { groups, declared, locals } = readLocals(reader, parameters);
  const write = new MeteringWriter(context.shift.from, locals);
  write.charge();
  meterInstructions(reader, write, context);

  const whole = new BinaryWriter().u32(groups + (write.usesLocals ? 2 : 1)).raw(declared);
  whole.u32(1).byte(0x7e);
  if (write.usesLocals) whole.u32(2).byte(0x7f);
  const traps = write.traps.map((offset) => whole.length + offset);
  return { bytes: whole.raw(write.code.finish()).finish(), traps };
}

/** Reads the declarations of a function's locals; `locals` counts its parameters too. */
function readLocals(
  reader: BinaryReader,
  parameters: number,
): { readonly groups: number; readonly declared: Uint8Array; readonly locals: number } {
  const groups = reader.u32();
  const declarations = reader.at;
  let locals = parameters;
  for (let group = 0; group < groups; group += 1) {
    locals += reader.u32();
    valueType(reader);
  }
  if (locals > 50_000) throw malformed("a function has more than 50,000 locals");
  return { groups, declared: reader.bytes.subarray(declarations, reader.at), locals };
}

function meterInstructions(
  reader: BinaryReader,
  write: MeteringWriter,
  { shift, restorable }: Pick<CodeContext, "shift" | "restorable">,
): void {
  let copied = reader.at;
  /** Copies the bytes skipped since the last change, up to `end`. */
  const copyTo = (end: number): void => {
    write.code.raw(reader.bytes.subarray(copied, end));
    copied = reader.at;
  };
  while (!reader.done) {
    const start = reader.at;
    const opcode = reader.byte();
    switch (opcode) {
      case opcodes.globalGet:
      case opcodes.globalSet: {
        const index = reader.u32();
        copyTo(start);
        write.code.byte(opcode).u32(shifted(index, shift));
        break;
      }
      case opcodes.loop:
        skipImmediates(reader, opcode);
        copyTo(reader.at);
        write.charge();
        break;
      case opcodes.memorySize: {
        memoryIndex(reader, restorable);
        if (!restorable) break;
        copyTo(start);
        write.visibleSize();
        break;
      }
      case opcodes.memoryGrow: {
        const memory = memoryIndex(reader, restorable);
        copyTo(start);
        write.grow(memory, restorable);
        break;
      }
      case opcodes.bulk: {
        const operation = reader.u32();
        skipBulkImmediates(reader, operation);
        if (operation === bulkOpcodes.tableGrow) {
          copyTo(start);
          write.code.raw([0x1a, 0x1a, 0x41, 0x7f]); // drop, drop, i32.const -1
        } else if (chargedByLength.has(operation)) {
          const instruction = reader.bytes.subarray(start, reader.at);
          copyTo(start);
          write.chargeByLength();
          write.code.raw(instruction);
        }
        break;
      }
      default:
        skipImmediates(reader, opcode);
    }
  }
  copyTo(reader.at);
}

function memoryIndex(reader: BinaryReader, restorable: boolean): number {
  const memory = reader.u32();
  if (restorable && memory !== 0) throw malformed("a restorable module has one memory");
  return memory;
}

const chargedByLength: ReadonlySet<number> = new Set([
  bulkOpcodes.memoryInit,
  bulkOpcodes.memoryCopy,
  bulkOpcodes.memoryFill,
  bulkOpcodes.tableInit,
  bulkOpcodes.tableCopy,
  bulkOpcodes.tableFill,
]);

/** Writes the instructions of the meter. The bytes are opcodes of the core specification, named in the comments. */
class MeteringWriter {
  readonly code = new BinaryWriter();
  /** Offsets in `code` of the branches that trap. */
  readonly traps: number[] = [];
  usesLocals = false;
  readonly #fuel: number;
  /** Local that holds the remaining fuel: reading it from the global again would cost a load. */
  readonly #left: number;
  readonly #amount: number;
  readonly #result: number;

  /** @param firstGlobal - index of `fuel`; `pages`, `refused` and `size` follow. @param locals - how many the function has. */
  constructor(firstGlobal: number, locals: number) {
    this.#fuel = firstGlobal;
    this.#left = locals;
    this.#amount = locals + 1;
    this.#result = locals + 2;
  }

  /** fuel -= 1; traps below zero. */
  charge(): void {
    this.#get(this.#fuel).raw([0x42, 0x01, 0x7d]); // i64.const 1, i64.sub
    this.#takeFuel();
  }

  /** fuel -= 1 + (length at the top of the stack / 32); leaves the length there. */
  chargeByLength(): void {
    this.usesLocals = true;
    this.code.byte(0x22).u32(this.#amount); // local.tee
    this.#get(this.#fuel).byte(0x42).u32(1).byte(0x7d);
    this.code.byte(0x20).u32(this.#amount); // local.get
    this.code.raw([0xad, 0x42, bulkShift, 0x88, 0x7d]); // i64.extend_i32_u, i64.const 5, i64.shr_u, i64.sub
    this.#takeFuel();
  }

  visibleSize(): void {
    this.#get(this.#size);
  }

  /** Grows by the number of pages at the top of the stack, if budget and fuel allow; leaves the old size, or -1. */
  grow(memory: number, restorable: boolean): void {
    this.usesLocals = true;
    const { code } = this;
    code.byte(0x22).u32(this.#amount); // local.tee
    this.#get(this.#pages).raw([0x4b, 0x04, 0x7f]); // i32.gt_u, if (result i32)
    this.#refuse();
    code.byte(0x05); // else
    this.#get(this.#fuel).byte(0x20).u32(this.#amount).byte(0xad); // local.get, i64.extend_i32_u
    code.byte(0x42).raw(signedLeb(fuelPerPage)).raw([0x7e, 0x7d]); // i64.const, i64.mul, i64.sub
    this.#takeFuel();
    if (restorable) this.#growVisible(memory);
    else {
      code.byte(0x20).u32(this.#amount).byte(0x40).u32(memory); // memory.grow
      code.byte(0x22).u32(this.#result);
    }
    code.raw([0x41, 0x7f, 0x46, 0x04, 0x7f]); // i32.const -1, i32.eq, if (result i32)
    this.#refuse();
    code.byte(0x05);
    this.#get(this.#pages).byte(0x20).u32(this.#amount).byte(0x6b); // pages - amount
    code.byte(0x24).u32(this.#pages);
    if (restorable) {
      this.#get(this.#size).byte(0x22).u32(this.#result).byte(0x20).u32(this.#amount).byte(0x6a);
      code.byte(0x24).u32(this.#size);
    }
    code.byte(0x20).u32(this.#result).raw([0x0b, 0x0b]); // end, end
  }

  /** Leaves -1 if real memory would have to grow beyond the visible one and cannot, otherwise another value. */
  #growVisible(memory: number): void {
    const { code } = this;
    const missing = (): void => {
      this.#get(this.#size).byte(0x20).u32(this.#amount).byte(0x6a); // size + amount
      code.byte(0x3f).u32(memory).byte(0x6b); // - memory.size
    };
    missing();
    code.raw([0x41, 0x00, 0x4a, 0x04, 0x7f]); // i32.const 0, i32.gt_s, if (result i32)
    missing();
    code.byte(0x40).u32(memory); // memory.grow
    code.raw([0x05, 0x41, 0x00, 0x0b]); // else i32.const 0 end
  }

  /** refused = 1; leaves -1. */
  #refuse(): void {
    this.code.raw([0x41, 0x01, 0x24]).u32(this.#refused).raw([0x41, 0x7f]);
  }

  #takeFuel(): void {
    this.code.byte(0x22).u32(this.#left); // local.tee
    this.code.byte(0x24).u32(this.#fuel); // global.set
    this.code.byte(0x20).u32(this.#left); // local.get
    this.code.raw([0x42, 0x00, 0x53]); // i64.const 0, i64.lt_s
    this.traps.push(this.code.length);
    this.code.raw([0x04, 0x40, 0x00, 0x0b]); // if, unreachable, end
  }

  #get(index: number): BinaryWriter {
    return this.code.byte(0x23).u32(index);
  }

  get #pages(): number {
    return this.#fuel + 1;
  }
  get #refused(): number {
    return this.#fuel + 2;
  }
  get #size(): number {
    return this.#fuel + 3;
  }
}

/** Signed LEB128 of a positive number. */
function signedLeb(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x40; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) | 0x80);
  bytes.push(rest);
  return bytes;
}
