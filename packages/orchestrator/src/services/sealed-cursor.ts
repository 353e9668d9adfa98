import { createHmac, timingSafeEqual } from "node:crypto";
import { IceError, type PageEnd, type RunStore } from "@ice/core";

/**
 * Cursors of pages for callers outside: where a page ended, sealed with the secret of the tenant's store, so that no one else can make one.
 * A cursor is of use for the list and the selection that it was made for.
 */
export class SealedCursors {
  readonly #store: RunStore;
  readonly #list: string;

  /** @param list - names the kind of list. */
  constructor(store: RunStore, list: string) {
    this.#store = store;
    this.#list = list;
  }

  /** The cursor for the end of a page; null for none. */
  async seal(end: PageEnd | undefined, selection: object): Promise<string | null> {
    if (end === undefined) return null;
    const body = Buffer.from(JSON.stringify([end.at, end.sequence])).toString("base64url");
    return `${body}.${(await this.#signatureOf(body, selection)).toString("base64url")}`;
  }

  /** @throws IceError `ICE_CURSOR_INVALID`. */
  async open(cursor: string | undefined, selection: object): Promise<PageEnd | undefined> {
    if (cursor === undefined) return undefined;
    const [body = "", signature = "", ...more] = cursor.split(".");
    const given = Buffer.from(signature, "base64url");
    const expected = await this.#signatureOf(body, selection);
    if (more.length > 0 || given.length !== expected.length || !timingSafeEqual(given, expected)) throw invalid();
    const [at, sequence] = JSON.parse(Buffer.from(body, "base64url").toString("utf8")) as [number, number];
    return { at, sequence };
  }

  async #signatureOf(body: string, selection: object): Promise<Buffer> {
    const about = JSON.stringify([this.#list, this.#store.tenant, sorted(selection)]);
    return createHmac("sha256", await this.#store.secret())
      .update(`${body}\n${about}`)
      .digest();
  }
}

/** With the keys of a selection in order, without those that select nothing. */
const sorted = (value: object): readonly unknown[] =>
  Object.entries(value)
    .filter(([, entry]) => entry !== undefined)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, entry]) => [key, entry]);

const invalid = (): IceError =>
  new IceError("ICE_CURSOR_INVALID", "The cursor does not belong to this list.", {
    fix: "use the `next` of the page before with the same selection, or begin without a cursor",
  });
