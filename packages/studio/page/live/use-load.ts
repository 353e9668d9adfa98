import { tryNow } from "../api/connection.ts";
import { useCallback, useEffect, useRef, useState } from "react";

export interface Loaded<T> {
  readonly value: T | undefined;
  readonly error: unknown;
  readonly isLoading: boolean;
  /** Loads again. What was there stays until then. */
  reload(): void;
}

/**
 * Loads something when the key changes, and every `everyMs` while the page is visible. A failure leaves the last value in place.
 *
 * @param key - undefined: nothing is loaded.
 */
export function useLoad<T>(
  key: string | undefined,
  load: (signal: AbortSignal) => Promise<T>,
  everyMs?: number,
): Loaded<T> {
  const [state, setState] = useState<{ key?: string; value?: T; error?: unknown; isLoading: boolean }>({
    isLoading: true,
  });
  const [round, setRound] = useState(0);
  const loading = useRef(load);
  loading.current = load;
  useEffect(() => {
    if (key === undefined) return undefined;
    const abort = new AbortController();
    loading
      .current(abort.signal)
      .then((value) => abort.signal.aborted || setState({ key, value, isLoading: false }))
      .catch((error: unknown) => {
        if (abort.signal.aborted) return;
        setState((before) => ({ ...(before.key === key ? before : { key }), error, isLoading: false }));
      });
    return () => abort.abort();
  }, [key, round]);
  const again = useCallback(() => setRound((before) => before + 1), []);
  const reload = useCallback(() => {
    tryNow();
    again();
  }, [again]);
  useEffect(() => {
    if (everyMs === undefined) return undefined;
    const timer = setInterval(() => document.visibilityState === "visible" && again(), everyMs);
    return () => clearInterval(timer);
  }, [everyMs, again]);
  const isCurrent = state.key === key;
  return {
    value: isCurrent ? state.value : undefined,
    error: isCurrent ? state.error : undefined,
    isLoading: isCurrent ? state.isLoading : true,
    reload,
  };
}
