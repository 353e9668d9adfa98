/** Joins halves of characters that come in two parts, and replaces those that have no other half. */
export class WellFormedText {
  #half = "";

  /** The part that is whole so far. */
  add(part: string): string {
    const text = this.#half + part;
    const last = text.charCodeAt(text.length - 1);
    this.#half = last >= 0xd800 && last <= 0xdbff ? text.slice(-1) : "";
    return (this.#half === "" ? text : text.slice(0, -1)).toWellFormed();
  }

  /** What is left over. */
  end(): string {
    const rest = this.#half.toWellFormed();
    this.#half = "";
    return rest;
  }
}
