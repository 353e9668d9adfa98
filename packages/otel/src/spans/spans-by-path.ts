import type { OpenSpan } from "./open-span.ts";

const none: ReadonlyMap<string, OpenSpan> = new Map();

/** Open spans by the path of their node, and by a key among those of the node. */
export class SpansByPath {
  readonly #spans = new Map<string, Map<string, OpenSpan>>();

  /** Those of one node, by key. */
  at(path: string): ReadonlyMap<string, OpenSpan> {
    return this.#spans.get(path) ?? none;
  }

  set(path: string, key: string, span: OpenSpan): void {
    const spans = this.#spans.get(path) ?? new Map<string, OpenSpan>();
    this.#spans.set(path, spans.set(key, span));
  }

  /** Removes a span, unless another one has taken its place. */
  delete(path: string, key: string, span: OpenSpan | undefined): void {
    const spans = this.#spans.get(path);
    if (spans?.get(key) !== span) return;
    spans?.delete(key);
    if (spans?.size === 0) this.#spans.delete(path);
  }
}
