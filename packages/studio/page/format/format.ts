/** `412 ms`, `6.4 s`, `1 min 41 s`, `5 h 03 min`, `2 d 4 h`. */
export function formatDuration(ms: number): string {
  if (ms < 1000) return `${Math.max(0, Math.round(ms))} ms`;
  if (ms < 59_950) return `${(ms / 1000).toFixed(1).replace(/\.0$/, "")} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 3600) return joined(Math.floor(seconds / 60), "min", seconds % 60, "s");
  if (seconds < 86_400) return joined(Math.floor(seconds / 3600), "h", Math.floor((seconds % 3600) / 60), "min");
  return joined(Math.floor(seconds / 86_400), "d", Math.floor((seconds % 86_400) / 3600), "h");
}

const joined = (large: number, unit: string, small: number, smallUnit: string): string =>
  small === 0 ? `${large} ${unit}` : `${large} ${unit} ${String(small).padStart(2, "0")} ${smallUnit}`;

/** The same in one unit, for narrow places: `412 ms`, `6.4 s`, `1.7 min`, `23 h`. */
export function briefDuration(ms: number): string {
  if (ms < 59_950) return formatDuration(ms);
  const [length, unit] =
    ms < 3_597_000 ? [ms / 60_000, "min"] : ms < 86_220_000 ? [ms / 3_600_000, "h"] : [ms / 86_400_000, "d"];
  return `${length < 9.95 ? length.toFixed(1).replace(/\.0$/, "") : Math.round(length)} ${unit}`;
}

const two = (value: number): string => String(value).padStart(2, "0");

/** `14:22:07`. */
export function formatTime(at: number): string {
  const date = new Date(at);
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

/** `14:22:07.912`. */
export const formatExactTime = (at: number): string => `${formatTime(at)}.${String(at % 1000).padStart(3, "0")}`;

/** `14:22:07 today`, `14:22:07 yesterday`, `14:22:07 tomorrow`, `2026-11-30 14:22:07`. */
export function formatMoment(at: number, now: number): string {
  const day = (time: number): string => {
    const date = new Date(time);
    return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  };
  if (day(at) === day(now)) return `${formatTime(at)} today`;
  if (day(at) === day(now - 86_400_000)) return `${formatTime(at)} yesterday`;
  if (day(at) === day(now + 86_400_000)) return `${formatTime(at)} tomorrow`;
  return `${day(at)} ${formatTime(at)}`;
}

/** `01a9f2c4…91d6`. */
export const shortId = (id: string): string => (id.length <= 16 ? id : `${id.slice(0, 8)}…${id.slice(-4)}`);

export const formatCount = (count: number): string => count.toLocaleString("en-US");

/** `$0.00`, `$0.0123`, `$1.50`: as the command prints it, four decimals below a dollar if they are not zeros. */
export function formatCost(usd: number): string {
  if (usd > 0 && usd < 0.0001) return "<$0.0001";
  return `$${usd < 1 ? usd.toFixed(4).replace(/0{1,2}$/, "") : usd.toFixed(2)}`;
}

/** `1 node`, `3 nodes`. */
export const plural = (count: number, word: string): string => `${formatCount(count)} ${word}${count === 1 ? "" : "s"}`;

/** What ice records where no version was declared. */
export const noVersion = "0.0.0";

/** A version, if one was declared. */
export const versionText = (version: string): string => (version === noVersion ? "" : version);
