import { BinaryReader, BinaryWriter, malformed } from "../metering/binary.ts";

/** Characters of names. jco writes core names into the code that it generates without escaping them. */
const allowedName = /^[A-Za-z0-9_.:/@#[\]\-+$<>=,|* ]{0,256}$/;
const componentHeader = [0, 0x61, 0x73, 0x6d, 0x0d, 0, 1, 0];
const moduleHeader = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0];
const maxBytes = 16 * 2 ** 20;
const maxDepth = 8;

/**
 * Checks a component before code is generated from it, and returns it without its custom sections. Names of core modules,
 * core instances and aliases must be of the allow-list; names of the component itself follow the grammar of WIT, which the
 * transpiler enforces. Core types and start functions of components are refused.
 *
 * @throws IceError `ICE_SANDBOX_DENIED`.
 */
export function checkComponent(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  if (bytes.length > maxBytes) throw malformed(`it is larger than ${maxBytes / 2 ** 20} MiB`);
  return copyComponent(bytes, 0);
}

/** Whether it is a core module for WASI preview 1, not a component. */
export const isCoreModule = (bytes: Uint8Array): boolean => moduleHeader.every((byte, index) => bytes[index] === byte);

/**
 * Checks a core module in the same way, and returns it without its custom sections, except those that define its component type.
 *
 * @throws IceError `ICE_SANDBOX_DENIED`.
 */
export function checkModule(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  if (bytes.length > maxBytes) throw malformed(`it is larger than ${maxBytes / 2 ** 20} MiB`);
  return copyModule(bytes, (name) => name.startsWith("component-type"));
}

function copyComponent(bytes: Uint8Array, depth: number): Uint8Array<ArrayBuffer> {
  if (componentHeader.some((byte, index) => bytes[index] !== byte)) throw malformed("it is not a component");
  if (depth > maxDepth) throw malformed(`its components nest deeper than ${maxDepth}`);
  const reader = new BinaryReader(bytes, componentHeader.length);
  const writer = new BinaryWriter().raw(componentHeader);
  while (!reader.done) {
    const id = reader.byte();
    let content = reader.slice(reader.u32());
    if (id === 0) continue;
    if (id === 1) content = copyModule(content);
    else if (id === 2) checkCoreInstances(new BinaryReader(content));
    else if (id === 4) content = copyComponent(content, depth + 1);
    else if (id === 6) checkAliases(new BinaryReader(content));
    else if (![5, 7, 8, 10, 11].includes(id)) throw malformed(`it has a component section ${id}, which is not allowed`);
    writer.byte(id).u32(content.length).raw(content);
  }
  return writer.finish();
}

/** A core module without its custom sections, except those to keep; the names of imports and exports are checked. */
function copyModule(bytes: Uint8Array, keeps: (section: string) => boolean = () => false): Uint8Array<ArrayBuffer> {
  if (!isCoreModule(bytes)) throw malformed("a core module is not valid");
  const reader = new BinaryReader(bytes, moduleHeader.length);
  const writer = new BinaryWriter().raw(moduleHeader);
  while (!reader.done) {
    const id = reader.byte();
    const content = reader.slice(reader.u32());
    if (id === 0 && !keeps(new BinaryReader(content).name())) continue;
    if (id === 2) checkImports(new BinaryReader(content));
    if (id === 7) checkExports(new BinaryReader(content));
    writer.byte(id).u32(content.length).raw(content);
  }
  return writer.finish();
}

function checkImports(reader: BinaryReader): void {
  for (let rest = reader.u32(); rest > 0; rest -= 1) {
    checkName(reader.name());
    checkName(reader.name());
    const kind = reader.byte();
    if (kind === 0) reader.u32();
    else if (kind === 1) {
      reader.byte();
      skipLimits(reader);
    } else if (kind === 2) skipLimits(reader);
    else if (kind === 3) reader.skip(2);
    else throw malformed(`a core module imports something of the kind ${kind}`);
  }
  reader.expectEnd();
}

function checkExports(reader: BinaryReader): void {
  for (let rest = reader.u32(); rest > 0; rest -= 1) {
    checkName(reader.name());
    reader.byte();
    reader.u32();
  }
  reader.expectEnd();
}

function checkCoreInstances(reader: BinaryReader): void {
  for (let rest = reader.u32(); rest > 0; rest -= 1) {
    const isInstantiation = reader.byte() === 0;
    if (isInstantiation) reader.u32();
    for (let names = reader.u32(); names > 0; names -= 1) {
      checkName(reader.name());
      reader.byte(); // what it is
      reader.u32();
    }
  }
  reader.expectEnd();
}

function checkAliases(reader: BinaryReader): void {
  for (let rest = reader.u32(); rest > 0; rest -= 1) {
    if (reader.byte() === 0) reader.byte(); // a core sort has a second byte
    const target = reader.byte();
    reader.u32();
    if (target === 2) reader.u32();
    else checkName(reader.name());
  }
  reader.expectEnd();
}

function skipLimits(reader: BinaryReader): void {
  const flags = reader.byte();
  if (flags > 1) throw malformed("it has a shared or 64-bit memory or table");
  reader.u32();
  if (flags === 1) reader.u32();
}

function checkName(name: string): void {
  if (!allowedName.test(name) || name === "__proto__")
    throw malformed(`the name ${JSON.stringify(name.slice(0, 60))} is not allowed`);
}
