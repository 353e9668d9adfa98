/** A value that may be absent: `a.?b`, `a[?0]`, `optional.of(x)`. */
export class Optional {
  static readonly none = new Optional(undefined);
  /** Undefined if absent; no CEL value is undefined. */
  readonly value: unknown;

  private constructor(value: unknown) {
    this.value = value;
  }

  static of(value: unknown): Optional {
    return value === undefined ? Optional.none : new Optional(value);
  }
}
