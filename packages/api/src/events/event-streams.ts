import { IceError, type Position, type RunEvent, type RunFeed, type Runtime } from "@ice/core";
import type { ApiLimits } from "../options/api-options.ts";
import { EventCursor, type Portion } from "./event-cursor.ts";
import { PageCache } from "./page-cache.ts";
import { WatchedRun } from "./watched-run.ts";

/** A reader of the events of a run. */
export interface Reader {
  readonly tenant: string;
  readonly runId: string;
  readonly feed: RunFeed;
  readonly after: Position;
  /** Stands for the token of the reader. */
  readonly key: string;
  readonly isAllowed: () => Promise<boolean>;
  /** Ends the connection. */
  readonly disconnect: (() => void) | undefined;
}

interface OpenStream {
  readonly cursor: EventCursor;
  readonly key: string;
  /** Whether the reader waits for more. */
  isReading: boolean;
  readAt: number;
  isOpen(): boolean;
  /** Ends it because its reader takes nothing. */
  abandon(): void;
}

export interface StreamsOptions {
  readonly runtime: Pick<Runtime, "events">;
  readonly limits: ApiLimits;
  readonly now: () => number;
  readonly onStalled: () => void;
}

/** How often streams are checked for readers that take nothing. */
const checkEveryMs = 1000;

/** The open streams of events: a cursor each, and no queues. */
export class EventStreams {
  readonly #options: StreamsOptions;
  readonly #cache = new PageCache();
  readonly #runs = new Map<string, WatchedRun>();
  readonly #open = new Set<OpenStream>();
  readonly #perToken = new Map<string, number>();
  /** Counts watched runs, for the names of their pages: what was cached while a run was watched before is outdated. */
  #watched = 0;
  #stopListening: (() => void) | undefined;
  #timer: NodeJS.Timeout | undefined;
  #ending = false;

  constructor(options: StreamsOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#open.size;
  }

  /**
   * Opens a stream.
   *
   * @returns undefined if the run has ended and the reader has all of its events.
   * @throws IceError `ICE_RUN_NOT_FOUND`, `ICE_POSITION_INVALID`, `ICE_RATE_LIMITED`, `ICE_STORE_*`.
   */
  async open(reader: Reader): Promise<ReadableStream<Uint8Array> | undefined> {
    this.#claim(reader.key);
    const run = this.#acquire(reader);
    try {
      const { generation } = run;
      const page = await run.read(reader.after);
      if (!page.ended || page.bytes.byteLength > 0) return this.#streamOf(run, reader, { page, generation });
    } catch (error) {
      this.#release(run, reader);
      throw error;
    }
    this.#release(run, reader);
    return undefined;
  }

  /** Ends all streams after the last events. */
  end(): void {
    this.#ending = true;
    for (const { cursor } of this.#open) cursor.end();
  }

  #streamOf(
    run: WatchedRun,
    reader: Reader,
    first: { readonly page: Awaited<ReturnType<WatchedRun["read"]>>; readonly generation: number },
  ): ReadableStream<Uint8Array> {
    const { now, onStalled } = this.#options;
    const cursor = new EventCursor({ run, first, now, isAllowed: reader.isAllowed });
    if (this.#ending) cursor.end();
    const close = (): boolean => {
      if (!this.#open.delete(stream)) return false;
      cursor.end();
      this.#release(run, reader);
      if (this.#open.size === 0) this.#stopChecking();
      return true;
    };
    const stream: OpenStream = {
      cursor,
      key: reader.key,
      isReading: false,
      readAt: now(),
      isOpen: () => this.#open.has(stream),
      abandon: () => {
        onStalled();
        close();
        reader.disconnect?.();
      },
    };
    this.#open.add(stream);
    this.#timer ??= setInterval(() => this.#check(), checkEveryMs).unref();
    return bodyOf(stream, { close, now });
  }

  #stopChecking(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #check(): void {
    const { now, limits } = this.#options;
    for (const stream of this.#open)
      if (!stream.isReading && now() - stream.readAt >= limits.stalledMs) stream.abandon();
  }

  #claim(key: string): void {
    const { streams, streamsPerToken } = this.#options.limits;
    const own = this.#perToken.get(key) ?? 0;
    const all = [...this.#perToken.values()].reduce((sum, count) => sum + count, 0);
    if (all >= streams || own >= streamsPerToken)
      throw new IceError("ICE_RATE_LIMITED", "Too many streams of events are open.", {
        fix: "close streams that are not read",
        retryAfterMs: 5000,
      });
    this.#perToken.set(key, own + 1);
  }

  #acquire({ tenant, runId, feed }: Reader): WatchedRun {
    const key = keyOf(tenant, runId);
    const run = this.#runs.get(key) ?? new WatchedRun(`${(this.#watched += 1)}`, runId, { feed, cache: this.#cache });
    this.#runs.set(key, run);
    run.readers += 1;
    // Only while there are readers: the engine creates events for listeners.
    this.#stopListening ??= this.#options.runtime.events.on("*", (event) => this.#report(event));
    return run;
  }

  #release(run: WatchedRun, { tenant, runId, key }: Reader): void {
    const own = (this.#perToken.get(key) ?? 1) - 1;
    if (own === 0) this.#perToken.delete(key);
    else this.#perToken.set(key, own);
    run.readers -= 1;
    if (run.readers > 0) return;
    run.close();
    this.#runs.delete(keyOf(tenant, runId));
    if (this.#runs.size > 0) return;
    this.#stopListening?.();
    this.#stopListening = undefined;
  }

  #report(event: RunEvent): void {
    this.#runs.get(keyOf(event.tenant ?? "default", event.runId))?.report(event);
  }
}

/** Nothing is read ahead: a portion is made when the connection takes it. */
function bodyOf(
  stream: OpenStream,
  { close, now }: { readonly close: () => boolean; readonly now: () => number },
): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        stream.isReading = true;
        // The store fails, or the run is gone: the reader connects again and learns why.
        const { bytes, isLast } = await stream.cursor.next().catch(() => nothingMore);
        stream.isReading = false;
        stream.readAt = now();
        const isOpen = stream.isOpen();
        if (isOpen && bytes.byteLength > 0) controller.enqueue(bytes);
        if (isOpen && isLast && close()) controller.close();
      },
      cancel: () => void close(),
    },
    { highWaterMark: 0 },
  );
}

const nothingMore: Portion = { bytes: new Uint8Array(), isLast: true };

const keyOf = (tenant: string, runId: string): string => `${tenant}\n${runId}`;
