/**
 * Fuel that a page of 64 KiB costs when memory grows by it. It is some four times what growing takes (0.2 ms at 2 to 4 ns a
 * unit): code that only ever allocates ends by fuel, before many such guests hold all their memory at once.
 */
export const fuelPerPage = 460_000;

/** Bytes of a bulk operation that one unit of fuel pays for, as a power of two: 2^5. */
export const bulkShift = 5;
