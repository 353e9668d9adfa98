/** An unsigned 64-bit integer of CEL. Signed ones are bigints, doubles are numbers. */
export class Uint {
  readonly value: bigint;

  constructor(value: bigint) {
    this.value = value;
  }
}

export const intRange = { min: -(2n ** 63n), max: 2n ** 63n - 1n } as const;
export const uintRange = { min: 0n, max: 2n ** 64n - 1n } as const;

/** A number of any kind in a form that JavaScript compares exactly; undefined for anything else. */
export function numeric(value: unknown): number | bigint | undefined {
  if (typeof value === "number" || typeof value === "bigint") return value;
  return value instanceof Uint ? value.value : undefined;
}

/** A whole number as a number, doubles included, because JSON numbers are doubles; undefined for anything else. */
export function wholeNumber(value: unknown): number | undefined {
  const number = numeric(value);
  return number !== undefined && Number.isSafeInteger(Number(number)) ? Number(number) : undefined;
}
