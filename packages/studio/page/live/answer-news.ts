import { useEffect } from "react";

const listeners = new Set<() => void>();

/** Notifies the parts of the page that count or list open requests: one has been answered. */
export function reportAnswer(): void {
  for (const listener of listeners) listener();
}

/** Calls back when this page has answered a request. */
export function useAnswerNews(listener: () => void): void {
  useEffect(() => {
    listeners.add(listener);
    return () => void listeners.delete(listener);
  }, [listener]);
}
