import { BinaryWriter } from "./binary.ts";

/** Offsets of unlikely branches, by function: bytes from the start of the body, its locals included. */
export type UnlikelyBranches = ReadonlyMap<number, readonly number[]>;

/**
 * The custom section `metadata.code.branch_hint` (WebAssembly code metadata): the engine moves the code of the branches out
 * of the way. It does not change behaviour; engines without support ignore it.
 *
 * @param firstFunction - index of the first function that is not an import.
 */
export function branchHints(branches: UnlikelyBranches, firstFunction: number): Uint8Array {
  const writer = new BinaryWriter().name("metadata.code.branch_hint").u32(branches.size);
  for (const [position, offsets] of branches) {
    writer.u32(firstFunction + position).u32(offsets.length);
    for (const offset of offsets) writer.u32(offset).raw([1, 0]); // one byte: unlikely
  }
  return writer.finish();
}
