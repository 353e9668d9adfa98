import type { Signal } from "@ice/core";
import { uniqueRunName } from "@ice/core/internal";
import type { Database } from "./database.ts";
import {
  insertSignals,
  toEncodedSignal,
  type EncodedSignal,
  type OnRecorded,
  type SignalResult,
} from "./signal-rows.ts";

interface Waiting {
  readonly given: EncodedSignal;
  resolve(result: SignalResult): void;
  reject(error: unknown): void;
}

/** Signals of one transaction, at most. */
const maxAtOnce = 500;

/**
 * The signals that this process sends to runs. Those of one run are recorded in the order of the calls, and those that wait meanwhile
 * in one transaction.
 */
export class SignalQueue {
  readonly #database: Database;
  readonly #onRecorded: OnRecorded;
  readonly #waiting = new Map<string, Waiting[]>();

  constructor(database: Database, onRecorded: OnRecorded) {
    this.#database = database;
    this.#onRecorded = onRecorded;
  }

  /** @throws IceError `ICE_RUN_NOT_FOUND`, `ICE_OUTPUT_NOT_JSON`, `ICE_SIGNAL_INVALID`, `ICE_STORE_*`. */
  async send(tenant: string, runId: string, signal: Signal): Promise<SignalResult> {
    const given = toEncodedSignal(signal);
    return new Promise((resolve, reject) => {
      const name = uniqueRunName(tenant, runId);
      const waiting = this.#waiting.get(name);
      const one = { given, resolve, reject };
      if (waiting !== undefined) {
        waiting.push(one);
        return;
      }
      this.#waiting.set(name, [one]);
      void this.#write(name, { tenant, runId });
    });
  }

  async #write(name: string, run: { readonly tenant: string; readonly runId: string }): Promise<void> {
    const waiting = this.#waiting.get(name) ?? [];
    while (waiting.length > 0) {
      const some = waiting.splice(0, maxAtOnce);
      try {
        const results = await insertSignals(
          this.#database,
          run,
          some.map(({ given }) => given),
          this.#onRecorded,
        );
        for (const [index, { resolve }] of some.entries()) resolve(results[index]!);
      } catch (error) {
        for (const { reject } of some) reject(error);
      }
    }
    this.#waiting.delete(name);
  }
}
