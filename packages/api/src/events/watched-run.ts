import type { Position, RunEvent, RunFeed } from "@ice/core";
import { formatPosition } from "@ice/core";
import { liveFrame } from "./frames.ts";
import { isRecorded } from "./recorded-types.ts";
import type { PageCache, SentPage } from "./page-cache.ts";

/** Entries of the journal in one page. */
const pageSize = 100;

/** Changes within this time are one. */
const joinMs = 20;

/** Live events that are kept for readers that are a little behind. */
const maxLive = 100;

/** Characters of a live event. */
const maxLiveLength = 16 * 1024;

interface LiveEvent {
  readonly sequence: number;
  readonly frame: string;
}

/** A run whose events are read. Readers are cursors: it keeps nothing for any of them. */
export class WatchedRun {
  /** Rises when the journal may have more. */
  generation = 0;
  /** Number of the last live event. */
  sequence = 0;
  readers = 0;
  readonly #key: string;
  readonly #runId: string;
  readonly #feed: RunFeed;
  readonly #cache: PageCache;
  readonly #stop: () => void;
  readonly #waiting = new Set<() => void>();
  #live: LiveEvent[] = [];
  #timer: NodeJS.Timeout | undefined;

  /** @param key - names it among all that share the cache, also earlier ones. */
  constructor(key: string, runId: string, { feed, cache }: { readonly feed: RunFeed; readonly cache: PageCache }) {
    this.#key = key;
    this.#runId = runId;
    this.#feed = feed;
    this.#cache = cache;
    this.#stop = feed.watch(runId, () => this.#changed());
  }

  /** A page of the journal, as of now. */
  read(after: Position): Promise<SentPage> {
    return this.#cache.get(`${this.#key}\n${formatPosition(after)}\n${this.generation}`, () =>
      this.#feed.read(this.#runId, { after, limit: pageSize }),
    );
  }

  /** The live events after one; those that are no longer kept are lost. */
  liveAfter(sequence: number): readonly LiveEvent[] {
    return sequence >= this.sequence ? [] : this.#live.filter((event) => event.sequence > sequence);
  }

  /** The frames of nodes that have started before anyone was there to read it. */
  startsInProgress(): readonly string[] {
    return this.#feed.startsInProgress(this.#runId, maxLive).map(liveFrame);
  }

  /** Calls a listener once, at the next change, unless the returned function is called before. */
  onChange(listener: () => void): () => void {
    this.#waiting.add(listener);
    return () => void this.#waiting.delete(listener);
  }

  /** Reads the run again although no change was reported: a process that dies reports nothing. */
  refresh(): void {
    this.generation += 1;
  }

  report({ type, runId, at, path, nodeType, attempt, data }: RunEvent): void {
    if (isRecorded(type)) return;
    const frame = liveFrame({ type, runId, at, path, nodeType, attempt, data });
    if (frame.length > maxLiveLength) return;
    this.sequence += 1;
    this.#live.push({ sequence: this.sequence, frame });
    if (this.#live.length > maxLive) this.#live = this.#live.slice(-maxLive / 2);
    this.#join();
  }

  close(): void {
    this.#stop();
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#wake();
  }

  #changed(): void {
    this.generation += 1;
    this.#join();
  }

  #join(): void {
    this.#timer ??= setTimeout(() => this.#wake(), joinMs);
  }

  #wake(): void {
    this.#timer = undefined;
    const listeners = [...this.#waiting];
    this.#waiting.clear();
    for (const listener of listeners) listener();
  }
}
