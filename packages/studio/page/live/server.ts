import { IceApiError, type EditedFile, type ServerInfo } from "@ice/client";
import { useSyncExternalStore } from "react";
import { client } from "../api/client.ts";

/** What is known of the server. */
export interface ServerState {
  readonly info: ServerInfo | undefined;
  /** What `ice dev` watches; of other servers nothing. */
  readonly files: readonly EditedFile[];
  /** Changes with the files. */
  readonly revision: number;
}

const unknown: ServerState = { info: undefined, files: [], revision: 0 };
let state = unknown;
const listeners = new Set<() => void>();
let stop: AbortController | undefined;

/** The server, and the files that it watches, as they change. One request waits for a change, however many parts of the page look. */
export const useServer = (): ServerState => useSyncExternalStore(subscribe, () => state);

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  if (listeners.size === 1) {
    stop = new AbortController();
    void follow(stop.signal);
  }
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    stop?.abort();
    // The next session may be that of another tenant.
    state = unknown;
  };
}

function publish(next: Partial<ServerState>): void {
  state = { ...state, ...next };
  for (const listener of listeners) listener();
}

const waitSeconds = 20;
const pauseMs = 1000;

async function follow(signal: AbortSignal): Promise<void> {
  let after: number | undefined;
  while (!signal.aborted) {
    await untilVisible();
    try {
      if (after === undefined) {
        const info = await client.server({ signal });
        publish({ info });
        if (!info.dev) return;
      }
      // A browser opens few connections to a server: a page in the background keeps none of them.
      const hidden = new AbortController();
      const hide = (): void => hidden.abort();
      document.addEventListener("visibilitychange", hide, { once: true });
      try {
        const { files, revision } = await client.dev.files({
          after,
          waitSeconds: after === undefined ? undefined : waitSeconds,
          signal: AbortSignal.any([signal, hidden.signal]),
        });
        if (revision !== after) publish({ files, revision });
        after = revision;
      } catch (error) {
        if (!hidden.signal.aborted) throw error;
      } finally {
        document.removeEventListener("visibilitychange", hide);
      }
    } catch (error) {
      if (signal.aborted || (IceApiError.is(error) && [401, 403, 404].includes(error.status))) return;
      // Perhaps it is started again, as another one.
      after = undefined;
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
  }
}

const untilVisible = async (): Promise<void> => {
  if (document.visibilityState === "visible") return;
  await new Promise((resolve) => {
    document.addEventListener("visibilitychange", resolve, { once: true });
  });
};
