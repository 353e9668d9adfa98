import { malformed, type BinaryReader } from "./binary.ts";

/** Opcodes that metering handles. Numbers: WebAssembly core specification, appendix "Index of Instructions". */
export const opcodes = {
  loop: 0x03,
  globalGet: 0x23,
  globalSet: 0x24,
  memorySize: 0x3f,
  memoryGrow: 0x40,
  bulk: 0xfc,
} as const;

/** Second byte of the instructions with prefix `0xfc`. */
export const bulkOpcodes = {
  memoryInit: 8,
  memoryCopy: 10,
  memoryFill: 11,
  tableInit: 12,
  tableCopy: 14,
  tableGrow: 15,
  tableFill: 17,
} as const;

/** Skips the immediates of an instruction whose first byte has been read. Refuses unknown instructions. */
export function skipImmediates(reader: BinaryReader, opcode: number): void {
  const skip = plain[opcode];
  if (skip === undefined) throw malformed(`it uses the instruction 0x${opcode.toString(16)}, which is not allowed`);
  skip(reader);
}

/** Skips the immediates of an instruction with prefix `0xfc`, whose second number has been read. */
export function skipBulkImmediates(reader: BinaryReader, opcode: number): void {
  if (opcode > 17) throw malformed(`it uses the instruction 0xfc ${opcode}, which is not allowed`);
  // 0–7: saturating conversions. init and copy have two immediates, all others one.
  const immediates = opcode < 8 ? 0 : [8, 10, 12, 14].includes(opcode) ? 2 : 1;
  for (let read = 0; read < immediates; read += 1) reader.u32();
}

type Skip = (reader: BinaryReader) => void;

const none: Skip = () => {};
const index: Skip = (reader) => void reader.u32();
const twoIndexes: Skip = (reader) => {
  reader.u32();
  reader.u32();
};
/** A block type: empty, one value type, or a type index (signed, 33 bits). */
const blockType: Skip = (reader) => reader.skipLeb(33);
/** Alignment with the flag of an explicit memory, the memory, the offset. */
const memoryArgument: Skip = (reader) => {
  if ((reader.u32() & 0x40) !== 0) reader.u32();
  reader.u32();
};
const branchTable: Skip = (reader) => {
  const count = reader.u32();
  for (let read = 0; read <= count; read += 1) reader.u32();
};
const selectTyped: Skip = (reader) => {
  const count = reader.u32();
  for (let read = 0; read < count; read += 1) valueType(reader);
};
const constants = (bytes: number): Skip => {
  return (reader) => reader.skip(bytes);
};
const simd: Skip = (reader) => {
  const opcode = reader.u32();
  if (opcode <= 11 || opcode === 92 || opcode === 93) memoryArgument(reader);
  else if (opcode === 12 || opcode === 13) reader.skip(16);
  else if (opcode >= 21 && opcode <= 34) reader.skip(1);
  else if (opcode >= 84 && opcode <= 91) {
    memoryArgument(reader);
    reader.skip(1);
  } else if (opcode > 0x113) throw malformed(`it uses the vector instruction ${opcode}, which is not allowed`);
};

/** A value type: numbers, vectors, references to functions and host values. */
export function valueType(reader: BinaryReader): number {
  const type = reader.byte();
  if (!valueTypes.has(type)) throw malformed(`it uses the value type 0x${type.toString(16)}, which is not allowed`);
  return type;
}

const valueTypes: ReadonlySet<number> = new Set([0x7f, 0x7e, 0x7d, 0x7c, 0x7b, 0x70, 0x6f]);

const range = (from: number, to: number, skip: Skip): [number, Skip][] =>
  Array.from({ length: to - from + 1 }, (_, offset) => [from + offset, skip]);

/** First byte → how to skip the rest. Exceptions (0x06–0x0a, 0x18, 0x19, 0x1f), 0xfb and threads (0xfe) are not here. */
const plain: readonly (Skip | undefined)[] = (() => {
  const table = new Array<Skip | undefined>(256).fill(undefined);
  for (const [opcode, skip] of [
    ...range(0x00, 0x01, none), // unreachable, nop
    ...range(0x02, 0x04, blockType), // block, loop, if
    [0x05, none] as [number, Skip], // else
    [0x0b, none] as [number, Skip], // end
    ...range(0x0c, 0x0d, index), // br, br_if
    [0x0e, branchTable] as [number, Skip],
    [0x0f, none] as [number, Skip], // return
    [0x10, index] as [number, Skip], // call
    [0x11, twoIndexes] as [number, Skip], // call_indirect
    [0x12, index] as [number, Skip], // return_call
    [0x13, twoIndexes] as [number, Skip], // return_call_indirect
    ...range(0x1a, 0x1b, none), // drop, select
    [0x1c, selectTyped] as [number, Skip],
    ...range(0x20, 0x26, index), // locals, globals, table.get, table.set
    ...range(0x28, 0x3e, memoryArgument), // loads and stores
    ...range(0x3f, 0x40, index), // memory.size, memory.grow
    [0x41, (reader: BinaryReader) => reader.skipLeb(32)] as [number, Skip],
    [0x42, (reader: BinaryReader) => reader.skipLeb(64)] as [number, Skip],
    [0x43, constants(4)] as [number, Skip],
    [0x44, constants(8)] as [number, Skip],
    ...range(0x45, 0xc4, none), // comparisons, arithmetic, conversions, sign extension
    [0xd0, (reader: BinaryReader) => void valueType(reader)] as [number, Skip], // ref.null
    [0xd1, none] as [number, Skip], // ref.is_null
    [0xd2, index] as [number, Skip], // ref.func
    [0xfd, simd] as [number, Skip],
  ])
    table[opcode] = skip;
  return table;
})();
