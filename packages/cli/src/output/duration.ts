/** A duration for people: `12 ms`, `3.4 s`. */
export function seconds(ms: number): string {
  return ms < 1000 ? `${Math.max(0, Math.round(ms))} ms` : `${(ms / 1000).toFixed(1)} s`;
}

/** A moment for people, in UTC and as `at` of a wait accepts it: `2026-01-31T12:00:00Z`. A damaged store may hold a number that is no moment. */
export function moment(ms: number): string {
  const date = new Date(ms);
  return Number.isNaN(date.getTime()) ? "at an unknown time" : `${date.toISOString().slice(0, 19)}Z`;
}
