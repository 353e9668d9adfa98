import { useSyncExternalStore } from "react";

/** Whether the server answers, and when it last did. */
export interface Connection {
  readonly isConnected: boolean;
  readonly seenAt: number;
}

let connection: Connection = { isConnected: true, seenAt: Date.now() };
const listeners = new Set<() => void>();

export function reportConnected(isConnected: boolean): void {
  if (isConnected === connection.isConnected && isConnected && Date.now() - connection.seenAt < 1000) return;
  connection = { isConnected, seenAt: isConnected ? Date.now() : connection.seenAt };
  for (const listener of listeners) listener();
}

export const useConnection = (): Connection =>
  useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => connection,
  );
