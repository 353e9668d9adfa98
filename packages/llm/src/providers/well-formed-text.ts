/** Joins surrogate pairs that are split between parts, and replaces lone surrogates. */
export class WellFormedText {
  #half = "";

  /** The complete part so far. */
  add(part: string): string {
    const text = this.#half + part;
    const last = text.charCodeAt(text.length - 1);
    this.#half = last >= 0xd800 && last <= 0xdbff ? text.slice(-1) : "";
    return (this.#half === "" ? text : text.slice(0, -1)).toWellFormed();
  }

  /** The rest. */
  end(): string {
    const rest = this.#half.toWellFormed();
    this.#half = "";
    return rest;
  }
}
