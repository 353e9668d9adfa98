import type { Agent, Dispatcher } from "undici";

/** The parts of undici that requests need. */
export interface Http {
  readonly request: typeof import("undici").request;
  readonly Response: typeof import("undici").Response;
  readonly dispatcher: Dispatcher;
}

/** Connections to providers, kept open for some seconds. undici is loaded at the first request, which takes 130 ms. */
export class Connections {
  #opened: Promise<Http & { readonly dispatcher: Agent }> | undefined;

  open(): Promise<Http> {
    this.#opened ??= open();
    return this.#opened;
  }

  /** Ends all connections and requests. The next request opens new ones. */
  async close(): Promise<void> {
    const opened = this.#opened;
    this.#opened = undefined;
    await (await opened)?.dispatcher.destroy();
  }
}

async function open(): Promise<Http & { readonly dispatcher: Agent }> {
  const { Agent, request, Response } = await import("undici");
  // Models may think for longer than the 300 s after which undici ends a request: exchanges have their own idle timer.
  const dispatcher = new Agent({ headersTimeout: 0, bodyTimeout: 0, connect: { timeout: 10_000 }, allowH2: false });
  return { request, Response, dispatcher };
}
