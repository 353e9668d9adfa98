/** Random bytes that a number decides (mulberry32, Tommy Ettinger 2017, public domain). Not for secrets. */
export function randomBytes(seed: number): (bytes: Uint8Array) => void {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return mixed ^ (mixed >>> 14);
  };
  return (bytes) => {
    let word = 0;
    for (let index = 0; index < bytes.length; index += 1) {
      word = index % 4 === 0 ? next() : word >>> 8;
      bytes[index] = word;
    }
  };
}
