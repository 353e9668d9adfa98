import { messageOf } from "@ice/core";

/** Closing steps, run in reverse order of registration. Each runs once, even if another one fails. */
export class Teardown {
  readonly #steps: { readonly name: string; readonly close: () => void | Promise<void> }[] = [];
  #closing: Promise<void> | undefined;

  /** Whether `run` was called. */
  get started(): boolean {
    return this.#closing !== undefined;
  }

  add(name: string, close: () => void | Promise<void>): void {
    this.#steps.push({ name, close });
  }

  /**
   * Runs every step. A second call returns the promise of the first.
   *
   * @throws AggregateError with the errors of the failed steps, after all have run.
   */
  close(): Promise<void> {
    return (this.#closing ??= this.#run());
  }

  async #run(): Promise<void> {
    const errors: Error[] = [];
    for (const { name, close } of this.#steps.toReversed()) {
      try {
        await close();
      } catch (cause) {
        errors.push(new Error(`closing ${name} failed`, { cause }));
      }
    }
    if (errors.length > 0)
      throw new AggregateError(errors, `The orchestrator did not close cleanly: ${errors.map(wordsOf).join("; ")}`);
  }
}

/** What failed, and why: a test runner may show the message alone. */
const wordsOf = ({ message, cause }: Error): string => `${message}: ${messageOf(cause)}`;
