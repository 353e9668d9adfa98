import type { ObservedStatus, Position } from "@ice/core";
import { endFrame, retryFrame, statusFrame } from "./frames.ts";
import type { SentPage } from "./page-cache.ts";
import type { WatchedRun } from "./watched-run.ts";

/** What a reader gets next. */
export interface Portion {
  readonly bytes: Uint8Array;
  /** Whether nothing follows. */
  readonly isLast: boolean;
}

/** Time between two frames that say the status although it is the same. */
const statusEveryMs = 15_000;

export interface CursorOptions {
  readonly run: WatchedRun;
  /** The first page, which was read already, and what was known of the run before. */
  readonly first: { readonly page: SentPage; readonly generation: number };
  readonly now: () => number;
  /** Whether the reader may still read; asked from time to time. */
  readonly isAllowed: () => Promise<boolean>;
}

const encoder = new TextEncoder();

/** The place of one reader in the events of a run. It reads when its reader does. */
export class EventCursor {
  readonly #options: CursorOptions;
  readonly #wake: (() => void)[] = [];
  #position: Position;
  #first: CursorOptions["first"] | undefined;
  /** What is known of the run up to here. */
  #generation: number | undefined;
  #sequence: number;
  #status: ObservedStatus | undefined;
  #statusAt: number;
  #begun = false;
  #ending = false;
  #knowsStarts = false;

  constructor(options: CursorOptions) {
    this.#options = options;
    this.#position = options.first.page.position;
    this.#first = options.first;
    this.#sequence = options.run.sequence;
    this.#statusAt = options.now();
  }

  /** The next portion, as soon as there is one. */
  async next(): Promise<Portion> {
    if (!this.#begun) {
      this.#begun = true;
      return portion(retryFrame);
    }
    for (;;) {
      const { run } = this.#options;
      // They happened before the next records, and are sent together with them, so they delay nothing.
      const live = this.#takeLive();
      if (this.#first !== undefined || run.generation !== this.#generation) {
        const found = this.#take(this.#first ?? (await this.#read()));
        if (found !== undefined) return live === "" ? found : { ...found, bytes: after(live, found.bytes) };
      }
      if (live !== "") return portion(live);
      if (!this.#knowsStarts && run.generation === this.#generation) {
        this.#knowsStarts = true;
        const starts = run.startsInProgress();
        if (starts.length > 0) return portion(starts.join(""));
      }
      if (run.generation !== this.#generation || run.sequence !== this.#sequence) continue;
      if (this.#ending || !(await this.#wait())) return { bytes: new Uint8Array(), isLast: true };
    }
  }

  #takeLive(): string {
    const { run } = this.#options;
    const live = run.liveAfter(this.#sequence);
    this.#sequence = run.sequence;
    return live.map(({ frame }) => frame).join("");
  }

  /** Ends the stream once everything that is in the journal by now was sent. */
  end(): void {
    this.#ending = true;
    for (const wake of this.#wake.splice(0)) wake();
  }

  async #read(): Promise<CursorOptions["first"]> {
    const { run } = this.#options;
    // Before the page: what changes meanwhile is read again.
    const { generation } = run;
    return { page: await run.read(this.#position), generation };
  }

  /** Moves on behind a page. @returns what there is to send of it. */
  #take({ page, generation }: CursorOptions["first"]): Portion | undefined {
    this.#first = undefined;
    this.#position = page.position;
    if (page.isAtEnd) this.#generation = generation;
    if (page.ended) return { bytes: joined(page.bytes, endFrame(page.status)), isLast: true };
    const isNews = page.isAtEnd && (page.status !== this.#status || this.#isStatusDue());
    if (isNews) {
      this.#status = page.status;
      this.#statusAt = this.#options.now();
      return { bytes: joined(page.bytes, statusFrame(page.status, page.position)), isLast: false };
    }
    return page.bytes.byteLength === 0 ? undefined : { bytes: page.bytes, isLast: false };
  }

  #isStatusDue(): boolean {
    return this.#options.now() - this.#statusAt >= statusEveryMs;
  }

  /** Waits for news, at most until the status is due. @returns whether the reader may still read. */
  async #wait(): Promise<boolean> {
    const { run, now, isAllowed } = this.#options;
    const isDue = await new Promise<boolean>((resolve) => {
      const ms = Math.max(0, statusEveryMs - (now() - this.#statusAt));
      const timer = setTimeout(() => finish(true), ms);
      const forget = run.onChange(() => finish(false));
      const finish = (due: boolean): void => {
        clearTimeout(timer);
        forget();
        this.#wake.length = 0;
        resolve(due);
      };
      this.#wake.push(() => finish(false));
    });
    if (!isDue) return true;
    run.refresh();
    return isAllowed();
  }
}

const portion = (text: string): Portion => ({ bytes: encoder.encode(text), isLast: false });

const after = (text: string, bytes: Uint8Array): Uint8Array =>
  bytes.byteLength === 0 ? encoder.encode(text) : Buffer.concat([encoder.encode(text), bytes]);

function joined(bytes: Uint8Array, text: string): Uint8Array {
  return bytes.byteLength === 0 ? encoder.encode(text) : Buffer.concat([bytes, encoder.encode(text)]);
}
