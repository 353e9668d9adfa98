import { randomFillSync } from "node:crypto";

/** A UUID version 7 (RFC 9562 §5.7): sortable by its creation time in milliseconds. */
export function newRunId(now: number): string {
  const bytes = randomFillSync(new Uint8Array(16));
  const view = new DataView(bytes.buffer);
  view.setUint32(0, Math.floor(now / 2 ** 16));
  view.setUint16(4, now % 2 ** 16);
  view.setUint8(6, 0x70 | (bytes[6]! & 0x0f));
  view.setUint8(8, 0x80 | (bytes[8]! & 0x3f));
  const hex = Buffer.from(bytes).toString("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}
