import type { JournalRecord, RunJournal } from "@ice/core";
import { MemoryRunStore } from "../src/journal/memory-run-store.ts";

/** A store in memory whose records become durable only when the test says so. */
export class HoldingStore extends MemoryRunStore {
  /** Which records are held. Default: none. */
  holds: (record: JournalRecord) => boolean = () => false;
  readonly #held: (() => void)[] = [];

  get held(): number {
    return this.#held.length;
  }

  /** Everything that is held becomes durable. */
  release(): void {
    for (const settle of this.#held.splice(0)) settle();
  }

  override async create(...args: Parameters<MemoryRunStore["create"]>): ReturnType<MemoryRunStore["create"]> {
    return this.#slow(await super.create(...args));
  }

  override async open(...args: Parameters<MemoryRunStore["open"]>): ReturnType<MemoryRunStore["open"]> {
    const { journal, run } = await super.open(...args);
    return { journal: this.#slow(journal), run };
  }

  #slow({ runId, epoch, append }: RunJournal): RunJournal {
    return {
      runId,
      epoch,
      append: (record) => {
        const appended = append(record);
        return this.holds(record) ? new Promise((resolve) => this.#held.push(() => resolve(appended))) : appended;
      },
    };
  }
}
