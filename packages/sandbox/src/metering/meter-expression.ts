import { BinaryReader, BinaryWriter, malformed } from "./binary.ts";
import { opcodes, skipImmediates } from "./instructions.ts";

/** Increases global indexes from `from` on by `by`, to make room for the meter's imports. */
export interface GlobalShift {
  readonly from: number;
  readonly by: number;
}

export const shifted = (index: number, { from, by }: GlobalShift): number => (index >= from ? index + by : index);

/** Copies a constant expression up to its end. */
export function copyExpression(reader: BinaryReader, writer: BinaryWriter, shift: GlobalShift): void {
  for (;;) {
    const start = reader.at;
    const opcode = reader.byte();
    if (opcode === opcodes.globalGet) {
      writer.byte(opcode).u32(shifted(reader.u32(), shift));
      continue;
    }
    if (opcode >= 0x02 && opcode <= 0x05) throw malformed("a constant has a block");
    skipImmediates(reader, opcode);
    writer.raw(reader.bytes.subarray(start, reader.at));
    if (opcode === 0x0b) return;
  }
}
