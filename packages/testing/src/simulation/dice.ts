/** Random choices. */
export class Dice {
  readonly #random: () => number;
  constructor(random: () => number) {
    this.#random = random;
  }
  /** Both ends included. */
  between(least: number, most: number): number {
    return least + Math.floor(this.#random() * (most - least + 1));
  }
  chance(probability: number): boolean {
    return this.#random() < probability;
  }
  pick<const T>(list: readonly T[]): T {
    return list[Math.floor(this.#random() * list.length)]!;
  }
}
