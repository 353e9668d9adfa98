/** Whether the server answers, and when it last did. */
export interface Connection {
  readonly isConnected: boolean;
  readonly seenAt: number;
}

let connection: Connection = { isConnected: true, seenAt: Date.now() };
const listeners = new Set<() => void>();

export const currentConnection = (): Connection => connection;

export function reportConnected(isConnected: boolean): void {
  if (isConnected === connection.isConnected && isConnected && Date.now() - connection.seenAt < 1000) return;
  connection = { isConnected, seenAt: isConnected ? Date.now() : connection.seenAt };
  for (const listener of listeners) listener();
}

/** Calls back at a change. Returns an unsubscribe function. */
export function onConnection(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
