/** The number of entries of a page: 1 to 1,000, by default 50. */
export const pageLimit = (limit = 50): number => Math.max(1, Math.min(Math.trunc(limit), 1000));
