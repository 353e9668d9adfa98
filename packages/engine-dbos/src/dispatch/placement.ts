/** What this process provides, and so executes itself. */
export class Placement {
  #provides: ReadonlySet<string> = new Set();
  #isLimited: (queue: string) => boolean = () => false;

  /** @param isLimited - whether a queue has limits, which hold for every execution of what it names. */
  provide(names: readonly string[], isLimited: (queue: string) => boolean): void {
    this.#provides = new Set(names);
    this.#isLimited = isLimited;
  }

  executes(requires: readonly string[]): boolean {
    return requires.every((name) => this.#provides.has(name)) && !this.#isLimited(requires.join("+"));
  }
}
