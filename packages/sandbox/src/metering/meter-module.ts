import { BinaryReader, BinaryWriter, malformed } from "./binary.ts";
import { branchHints } from "./branch-hints.ts";
import { meterCode } from "./meter-code.ts";
import { copyExpression, type GlobalShift } from "./meter-expression.ts";
import { valueType } from "./instructions.ts";
import { refuseMeterName, meterModuleName } from "./names.ts";

/** A core module that meters itself. */
export interface MeteredModule {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Initial size of its own memories, in pages of 64 KiB; it counts towards the memory limit. */
  readonly initialPages: number;
}

/** Globals that a metered module imports from the module `ice-meter`, in this order. */
const meterGlobals = [
  /** i64. Decreases by one at every function entry and loop header; below zero the module traps. */
  "fuel",
  /** i32. Pages by which memory may still grow. */
  "pages",
  /** i32. Set to 1 when memory could not grow. */
  "refused",
  /** i32. Pages of memory that are visible to the guest; there may be more, from an earlier execution. */
  "size",
] as const;

const sections = {
  custom: 0,
  type: 1,
  import: 2,
  function: 3,
  table: 4,
  memory: 5,
  global: 6,
  export: 7,
  start: 8,
  element: 9,
  dataCount: 12,
  code: 10,
  data: 11,
} as const;
/** The order of sections. Custom sections of the guest are dropped; the only one contains the meter's branch hints. */
const order = [1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 0, 10, 11];

const maxTableEntries = 100_000;
const header = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0];

/**
 * Rewrites a core module so that it pays for its work: a unit of fuel at every function entry and loop header and for every
 * 32 bytes of a bulk operation, pages for every growth of memory. Tables cannot grow. Modules with shared memory, memory64,
 * threads, exceptions or garbage-collected types are refused. O(size).
 *
 * The meter's globals are imported after the module's own, so no instruction of the guest can refer to them.
 *
 * @param options.restorable - also exports every mutable global (as `ice-meter:0`, …) and makes only
 *   the first `size` pages of memory visible to the guest, so that a snapshot can be restored. For modules with one growing memory.
 * @throws IceError `ICE_SANDBOX_DENIED`.
 */
export function meterModule(bytes: Uint8Array, { restorable = false }: { restorable?: boolean } = {}): MeteredModule {
  const found = readSections(bytes);
  const at = (id: number): BinaryReader => new BinaryReader(found.get(id) ?? new Uint8Array([0]));
  const parameterCounts = readParameterCounts(at(sections.type));
  const imports = meterImports(at(sections.import));
  const shift: GlobalShift = { from: imports.globals, by: meterGlobals.length };
  const functionTypes = readFunctionTypes(at(sections.function));
  const globals = meterGlobalSection(at(sections.global), shift);
  checkTables(at(sections.table));
  const initialPages = readMemories(at(sections.memory));

  const rewritten = new Map<number, Uint8Array>(found);
  rewritten.set(sections.import, imports.bytes);
  rewritten.set(sections.global, globals.bytes);
  rewritten.set(
    sections.export,
    meterExports(at(sections.export), shift, restorable ? globals.mutable.map((index) => index + shift.by) : []),
  );
  rewritten.set(sections.element, meterElements(at(sections.element), shift));
  rewritten.set(sections.data, meterData(at(sections.data), shift));
  const code = meterCode(at(sections.code), {
    shift,
    restorable,
    parametersOf: (position) => parameterCounts[functionTypes[position] ?? -1] ?? unknownType(),
  });
  rewritten.set(sections.code, code.bytes);
  if (code.traps.size > 0) rewritten.set(sections.custom, branchHints(code.traps, imports.functions));
  return { bytes: writeSections(rewritten), initialPages };
}

function readSections(bytes: Uint8Array): Map<number, Uint8Array> {
  if (header.some((byte, index) => bytes[index] !== byte)) throw malformed("it is not a core module of version 1");
  const reader = new BinaryReader(bytes, header.length);
  const found = new Map<number, Uint8Array>();
  let last = -1;
  while (!reader.done) {
    const id = reader.byte();
    const content = reader.slice(reader.u32());
    if (id === 0) continue;
    const place = order.indexOf(id);
    if (place < 0) throw malformed(`it has a section ${id}, which is not allowed`);
    if (place <= last) throw malformed("its sections are out of order");
    last = place;
    found.set(id, content);
  }
  return found;
}

function writeSections(found: ReadonlyMap<number, Uint8Array>): Uint8Array<ArrayBuffer> {
  const writer = new BinaryWriter().raw(header);
  for (const id of order) {
    const content = found.get(id);
    if (content === undefined) continue;
    const isEmptyList = content.length === 1 && content[0] === 0 && id !== sections.start && id !== sections.dataCount;
    if (!isEmptyList) writer.byte(id).u32(content.length).raw(content);
  }
  return writer.finish();
}

function readParameterCounts(reader: BinaryReader): number[] {
  const counts: number[] = [];
  for (let rest = reader.u32(); rest > 0; rest -= 1) {
    if (reader.byte() !== 0x60) throw malformed("it has types that are not function types");
    const parameters = reader.u32();
    for (let read = 0; read < parameters; read += 1) valueType(reader);
    for (let results = reader.u32(); results > 0; results -= 1) valueType(reader);
    counts.push(parameters);
  }
  reader.expectEnd();
  return counts;
}

function readFunctionTypes(reader: BinaryReader): number[] {
  const types: number[] = [];
  for (let rest = reader.u32(); rest > 0; rest -= 1) types.push(reader.u32());
  reader.expectEnd();
  return types;
}

/** Copies the imports and adds the meter's globals after them. */
function meterImports(reader: BinaryReader): {
  readonly bytes: Uint8Array;
  readonly globals: number;
  readonly functions: number;
} {
  const count = reader.u32();
  const start = reader.at;
  let globals = 0;
  let functions = 0;
  for (let rest = count; rest > 0; rest -= 1) {
    refuseMeterName(reader.name());
    refuseMeterName(reader.name());
    const kind = reader.byte();
    if (kind === 0) {
      reader.u32();
      functions += 1;
    } else if (kind === 1) tableType(reader);
    else if (kind === 2) limits(reader);
    else if (kind === 3) {
      valueType(reader);
      reader.byte();
      globals += 1;
    } else throw malformed(`it has an import of the kind ${kind}`);
  }
  reader.expectEnd();
  const writer = new BinaryWriter().u32(count + meterGlobals.length).raw(reader.bytes.subarray(start, reader.at));
  for (const name of meterGlobals)
    writer
      .name(meterModuleName)
      .name(name)
      .raw([0x03, name === "fuel" ? 0x7e : 0x7f, 0x01]);
  return { bytes: writer.finish(), globals, functions };
}

function meterGlobalSection(
  reader: BinaryReader,
  shift: GlobalShift,
): { readonly bytes: Uint8Array; readonly mutable: readonly number[] } {
  const count = reader.u32();
  const writer = new BinaryWriter().u32(count);
  const mutable: number[] = [];
  for (let position = 0; position < count; position += 1) {
    writer.byte(valueType(reader));
    const mutability = reader.byte();
    if (mutability === 1) mutable.push(shift.from + position);
    writer.byte(mutability);
    copyExpression(reader, writer, shift);
  }
  reader.expectEnd();
  return { bytes: writer.finish(), mutable };
}

function meterExports(reader: BinaryReader, shift: GlobalShift, added: readonly number[]): Uint8Array {
  const count = reader.u32();
  const writer = new BinaryWriter().u32(count + added.length);
  for (let rest = count; rest > 0; rest -= 1) {
    writer.name(refuseMeterName(reader.name()));
    const kind = reader.byte();
    const index = reader.u32();
    if (kind > 3) throw malformed(`it has an export of the kind ${kind}`);
    writer.byte(kind).u32(kind === 3 && index >= shift.from ? index + shift.by : index);
  }
  reader.expectEnd();
  for (const [position, index] of added.entries()) writer.name(`${meterModuleName}:${position}`).byte(3).u32(index);
  return writer.finish();
}

function meterElements(reader: BinaryReader, shift: GlobalShift): Uint8Array {
  const count = reader.u32();
  const writer = new BinaryWriter().u32(count);
  for (let rest = count; rest > 0; rest -= 1) {
    const flags = reader.u32();
    if (flags > 7) throw malformed("an element segment has unknown flags");
    writer.u32(flags);
    const active = (flags & 1) === 0;
    if (active && (flags & 2) !== 0) writer.u32(reader.u32()); // the table
    if (active) copyExpression(reader, writer, shift); // its offset
    if ((flags & 3) !== 0) writer.byte(reader.byte()); // kind or type of the elements
    const entries = reader.u32();
    writer.u32(entries);
    for (let entry = 0; entry < entries; entry += 1)
      if ((flags & 4) === 0) writer.u32(reader.u32());
      else copyExpression(reader, writer, shift);
  }
  reader.expectEnd();
  return writer.finish();
}

function meterData(reader: BinaryReader, shift: GlobalShift): Uint8Array {
  const count = reader.u32();
  const writer = new BinaryWriter().u32(count);
  for (let rest = count; rest > 0; rest -= 1) {
    const flags = reader.u32();
    if (flags > 2) throw malformed("a data segment has unknown flags");
    writer.u32(flags);
    if (flags === 2) writer.u32(reader.u32()); // the memory
    if (flags !== 1) copyExpression(reader, writer, shift);
    const length = reader.u32();
    writer.u32(length).raw(reader.slice(length));
  }
  reader.expectEnd();
  return writer.finish();
}

function checkTables(reader: BinaryReader): void {
  for (let rest = reader.u32(); rest > 0; rest -= 1) tableType(reader);
  reader.expectEnd();
}

function tableType(reader: BinaryReader): void {
  valueType(reader);
  if (limits(reader) > maxTableEntries) throw malformed(`it has a table of more than ${maxTableEntries} entries`);
}

function readMemories(reader: BinaryReader): number {
  let pages = 0;
  for (let rest = reader.u32(); rest > 0; rest -= 1) pages += limits(reader);
  reader.expectEnd();
  return pages;
}

/** The minimum size. Shared and 64-bit memories and other page sizes are refused. */
function limits(reader: BinaryReader): number {
  const flags = reader.byte();
  if (flags > 1) throw malformed("it has a shared or 64-bit memory or table");
  const least = reader.u32();
  if (flags === 1) reader.u32();
  return least;
}

function unknownType(): never {
  throw malformed("a function has an unknown type");
}
