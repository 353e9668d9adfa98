/** A run of any tenant that a host has to continue. */
export interface RunToHost {
  readonly tenant: string;
  readonly runId: string;
  /**
   * `interrupted`: its process is gone, or has left it. `due`: the time of something that it waits for has come. `signalled`: it was
   * suspended, and signals have arrived since, which it need not wait for.
   */
  readonly why: "interrupted" | "due" | "signalled";
  /** How many signals it has. */
  readonly signals: number;
}

/**
 * Hosted runs of all tenants: those that a long-lived process cares for until they end, whichever process owns them at the time. A run
 * begins as one if its head says so, or becomes one.
 */
export interface Hosting {
  /** Makes a run of the store's tenant a hosted one. Harmless if it is one. @throws IceError `ICE_RUN_NOT_FOUND`, `ICE_STORE_*`. */
  adopt(runId: string): Promise<void>;
  /**
   * Hosted runs of all tenants that can go on and that no process owns.
   *
   * @param now - for those that are due, in epoch milliseconds.
   * @param limit - maximum number of each kind, up to 1,000.
   */
  toContinue(now: number, limit: number): Promise<readonly RunToHost[]>;
  /** Of a suspended run of the store's tenant: the signals that it had when it was looked at are none that it waits for. */
  keepWaiting(run: Pick<RunToHost, "runId" | "signals">): Promise<void>;
  /** When the earliest suspended hosted run is due, in epoch milliseconds; undefined if none will be. */
  nextDue(): Promise<number | undefined>;
  /** Calls a listener after every change of any run in the store, by whichever process, until the returned function is called. */
  watch(listener: () => void): () => void;
}
