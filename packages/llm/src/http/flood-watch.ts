/**
 * Detects floods: an event that never ends, on one line or many, or far more bytes than the events of an answer of that length
 * need. (In some formats, the last event repeats the text, escaped.) The text itself is counted where it is read.
 *
 * @returns a function to call with each part, which returns whether it is a flood.
 */
export function floodWatch(textBytes: number): (part: Uint8Array) => boolean {
  const [maxBytes, longestEvent] = [64 * textBytes + 2 ** 20, 8 * textBytes + 2 ** 20];
  let [bytes, event] = [0, 0];
  let before = Buffer.alloc(0);
  return (part) => {
    const view = Buffer.from(part.buffer, part.byteOffset, part.byteLength);
    bytes += view.length;
    const end = endOfEvents(view);
    // The blank line after an event may be split between two parts.
    const isSplit = end === -1 && endOfEvents(Buffer.concat([before, view.subarray(0, longestEnd)])) !== -1;
    event = end === -1 ? (isSplit ? view.length : event + view.length) : view.length - end;
    before = Buffer.concat([before, view.subarray(-longestEnd)]).subarray(-longestEnd);
    return bytes > maxBytes || event > longestEvent;
  };
}

/** Blank lines as servers write them, and the length of the longest one without its last byte. */
const ends = ["\n\n", "\n\r\n", "\r\r"];
const longestEnd = 2;

/** Where the last event of a part ends; -1 if none does. */
const endOfEvents = (part: Buffer): number => Math.max(...ends.map((end) => part.lastIndexOf(end)));
