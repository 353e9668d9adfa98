import type { Reporter, TestModule } from "vitest/node";

/** A reporter that ends a run with the tests that were skipped, grouped by the reason. */
export class SkippedTests implements Reporter {
  readonly #write: (line: string) => void;

  constructor(write: (line: string) => void = console.log) {
    this.#write = write;
  }

  onTestRunEnd(modules: readonly TestModule[]): void {
    const byReason = new Map<string, string[]>();
    for (const module of modules)
      for (const test of module.children.allTests("skipped")) {
        const result = test.result();
        const reason = (result.state === "skipped" ? result.note : undefined) ?? "no reason given";
        byReason.set(reason, [...(byReason.get(reason) ?? []), test.fullName]);
      }
    for (const [reason, names] of byReason) {
      this.#write(`Skipped ${names.length}: ${reason}`);
      for (const name of names.slice(0, 5)) this.#write(`  ${name}`);
      if (names.length > 5) this.#write(`  and ${names.length - 5} more`);
    }
  }
}
