import type { FeedPage } from "@ice/core";
import { eventFrame } from "./frames.ts";

/** A part of a journal in the form in which it is sent. */
export interface SentPage extends Omit<FeedPage, "events"> {
  /** The frames of its events; empty if it has none. */
  readonly bytes: Uint8Array;
}

/** Bytes of all pages that are kept. */
const maxBytes = 16 * 1024 * 1024;

/** Bytes that a page takes besides its frames. */
const overhead = 300;

interface Entry {
  readonly page: Promise<SentPage>;
  bytes: number;
}

const encoder = new TextEncoder();

/** Pages that several readers of a run read at about the same time, so that each is read and encoded once. */
export class PageCache {
  /** The least recently used first. */
  readonly #entries = new Map<string, Entry>();
  #bytes = 0;

  /** @param key - names the run, the position, and what was known of the run when the page was read. */
  get(key: string, read: () => Promise<FeedPage>): Promise<SentPage> {
    const known = this.#entries.get(key);
    if (known !== undefined) {
      this.#entries.delete(key);
      this.#entries.set(key, known);
      return known.page;
    }
    const entry: Entry = { page: read().then(encode), bytes: overhead };
    this.#entries.set(key, entry);
    this.#bytes += overhead;
    entry.page.then(
      ({ bytes }) => this.#grow(key, entry, bytes.byteLength),
      () => this.#drop(key, entry),
    );
    return entry.page;
  }

  #grow(key: string, entry: Entry, bytes: number): void {
    if (this.#entries.get(key) !== entry) return;
    entry.bytes += bytes;
    this.#bytes += bytes;
    for (const [oldest, old] of this.#entries) {
      if (this.#bytes <= maxBytes) break;
      this.#drop(oldest, old);
    }
  }

  #drop(key: string, entry: Entry): void {
    if (this.#entries.get(key) !== entry) return;
    this.#entries.delete(key);
    this.#bytes -= entry.bytes;
  }
}

const encode = ({ events, ...page }: FeedPage): SentPage => ({
  ...page,
  bytes: encoder.encode(events.map(eventFrame).join("")),
});
