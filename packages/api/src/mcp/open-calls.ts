import { IceError } from "@ice/core";

/** The id of a request, which its sender chooses. */
export type RequestId = string | number;

/** A call of a tool in progress. */
export interface OpenCall {
  /** Aborted when the caller cancels the call. */
  readonly cancelled: AbortSignal;
  /** Aborted when the server ends all calls. */
  readonly ended: AbortSignal;
  close(): void;
}

interface Limits {
  /** Calls in progress. */
  readonly all: number;
  /** Calls in progress of one caller. */
  readonly perCaller: number;
}

interface Entry {
  readonly caller: string;
  readonly requestId: RequestId;
  readonly cancellation: AbortController;
}

/** The calls in progress. A server that keeps no sessions finds by them what a request to cancel is about. */
export class OpenCalls {
  readonly #limits: Limits;
  readonly #open = new Set<Entry>();
  readonly #idle: (() => void)[] = [];
  readonly #end = new AbortController();

  constructor(limits: Limits) {
    this.#limits = limits;
  }

  /** @throws IceError `ICE_RATE_LIMITED` (too many are in progress). */
  open(caller: string, requestId: RequestId): OpenCall {
    const { all, perCaller } = this.#limits;
    if (this.#open.size >= all || this.#of(caller).length >= perCaller)
      throw new IceError("ICE_RATE_LIMITED", "Too many calls are in progress.", { fix: "wait until one has ended" });
    const entry = { caller, requestId, cancellation: new AbortController() };
    this.#open.add(entry);
    return {
      cancelled: entry.cancellation.signal,
      ended: this.#end.signal,
      close: () => {
        this.#open.delete(entry);
        if (this.#open.size === 0) for (const resolve of this.#idle.splice(0)) resolve();
      },
    };
  }

  /**
   * Cancels the call with this id. Clients that share a token may use the same ids: if several are in progress, none is cancelled,
   * because most of them are meant to go on.
   */
  cancel(caller: string, requestId: RequestId): void {
    const [meant, ...others] = this.#of(caller).filter((entry) => entry.requestId === requestId);
    if (others.length === 0) meant?.cancellation.abort();
  }

  /** Ends all calls, now and later; runs that they have started go on. */
  end(): void {
    this.#end.abort();
  }

  /** Resolves when no call is in progress. */
  whenIdle(): Promise<void> {
    return this.#open.size === 0 ? Promise.resolve() : new Promise((resolve) => void this.#idle.push(resolve));
  }

  #of(caller: string): Entry[] {
    return [...this.#open].filter((entry) => entry.caller === caller);
  }
}
