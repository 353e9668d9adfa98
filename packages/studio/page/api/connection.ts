/** Whether the server answers, and when it last did. */
export interface Connection {
  readonly isConnected: boolean;
  readonly seenAt: number;
}

let connection: Connection = { isConnected: true, seenAt: Date.now() };
const listeners = new Set<() => void>();

/** Pauses between two tries while the server does not answer, in milliseconds: the first one, and the longest one. */
const [firstPause, longestPause] = [1000, 10_000];
let pause = firstPause;
let nextTryAt = 0;

export const currentConnection = (): Connection => connection;

/**
 * Whether to send a request now. While the server does not answer, one request at a time finds out whether it is back, after pauses
 * that become longer.
 *
 * @param random - from 0 to 1: at most half of a pause is left out, so that many pages do not return at once.
 */
export function mayTry(now = Date.now(), random = Math.random()): boolean {
  if (connection.isConnected) return true;
  if (now < nextTryAt) return false;
  nextTryAt = now + pause * (1 - random / 2);
  pause = Math.min(longestPause, pause * 2);
  return true;
}

/** Lets the next request try at once, because a person asks for it. */
export function tryNow(): void {
  nextTryAt = 0;
}

export function reportConnected(isConnected: boolean): void {
  if (isConnected) [pause, nextTryAt] = [firstPause, 0];
  if (isConnected === connection.isConnected && isConnected && Date.now() - connection.seenAt < 1000) return;
  connection = { isConnected, seenAt: isConnected ? Date.now() : connection.seenAt };
  for (const listener of listeners) listener();
}

/** Calls back at a change. Returns an unsubscribe function. */
export function onConnection(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
