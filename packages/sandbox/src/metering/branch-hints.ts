import { BinaryWriter } from "./binary.ts";

/** Offsets of branches that are hardly ever taken, by function: bytes from the start of the body, its locals included. */
export type UnlikelyBranches = ReadonlyMap<number, readonly number[]>;

/**
 * The custom section `metadata.code.branch_hint` (WebAssembly code metadata): the engine moves what is behind the branches out
 * of the way. It changes no meaning; engines that do not know it pass over it.
 *
 * @param firstFunction - index of the first function that is no import.
 */
export function branchHints(branches: UnlikelyBranches, firstFunction: number): Uint8Array {
  const writer = new BinaryWriter().name("metadata.code.branch_hint").u32(branches.size);
  for (const [position, offsets] of branches) {
    writer.u32(firstFunction + position).u32(offsets.length);
    for (const offset of offsets) writer.u32(offset).raw([1, 0]); // one byte: unlikely
  }
  return writer.finish();
}
