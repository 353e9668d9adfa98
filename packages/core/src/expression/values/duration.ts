import { expressionFailed } from "../failure.ts";

const nanosOf = {
  h: 3_600_000_000_000n,
  m: 60_000_000_000n,
  s: 1_000_000_000n,
  ms: 1_000_000n,
  us: 1000n,
  µs: 1000n,
  ns: 1n,
} as const;

/** `google.protobuf.Duration` holds ± 10,000 years. */
const maxNanos = 315_576_000_000n * nanosOf.s;

/** A span of time, exact to the nanosecond. */
export class Duration {
  readonly nanos: bigint;

  constructor(nanos: bigint) {
    if (nanos > maxNanos || nanos < -maxNanos)
      throw expressionFailed("A duration is longer than 10,000 years.", "check the times that it is calculated from");
    this.nanos = nanos;
  }

  /** `1.5s`: seconds with as many digits as necessary. */
  toString(): string {
    const size = this.nanos < 0n ? -this.nanos : this.nanos;
    return `${this.nanos < 0n ? "-" : ""}${size / nanosOf.s}${fraction(size % nanosOf.s)}s`;
  }
}

/** Nanoseconds of a second as decimal digits: `.123`, or nothing. */
export function fraction(nanos: bigint): string {
  return nanos === 0n ? "" : `.${String(nanos).padStart(9, "0").replace(/0+$/, "")}`;
}

const longest = 100;
const written = /^([+-]?)(0|(?:(?:\d+(?:\.\d*)?|\.\d+)(?:h|ms|us|µs|ns|m|s))+)$/;

/** Parses the format of Go's `time.ParseDuration`: `90m`, `-1.5h`, `2h45m`, `300ms`, `0`. */
export function parseDuration(text: string): Duration {
  const [, sign, body] = (text.length <= longest && written.exec(text)) || [];
  if (body === undefined)
    throw expressionFailed(
      `"${text.slice(0, 40)}" is not a duration.`,
      'write numbers with units: duration("1h30m"), duration("90s"), duration("250ms")',
    );
  let nanos = 0n;
  for (const [, whole = "", , digits = "", unit] of body.matchAll(/(\d*)(\.(\d*))?(h|ms|us|µs|ns|m|s)/g)) {
    const scale = nanosOf[unit as keyof typeof nanosOf];
    nanos += BigInt(whole) * scale + (BigInt(digits || 0) * scale) / 10n ** BigInt(digits.length);
  }
  return new Duration(sign === "-" ? -nanos : nanos);
}
