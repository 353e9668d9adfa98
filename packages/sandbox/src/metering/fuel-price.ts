/**
 * Fuel that growing memory by a page of 64 KiB costs. It is about four times the cost of growing (0.2 ms at 2 to 4 ns per
 * unit): code that only allocates runs out of fuel before many such guests hold all their memory at a time.
 */
export const fuelPerPage = 460_000;

/** Bytes of a bulk operation that one unit of fuel pays for, as a power of two: 2^5. */
export const bulkShift = 5;
