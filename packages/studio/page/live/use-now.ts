import { useEffect, useState } from "react";
import { useConnection } from "./connection.ts";

/** The time, which moves while `isMoving`. Without a connection it is the time when the server answered last: nothing is known of later. */
export function useNow(isMoving: boolean, everyMs = 1000): number {
  const { isConnected, seenAt } = useConnection();
  const [now, setNow] = useState(() => Date.now());
  const moves = isMoving && isConnected;
  useEffect(() => {
    if (!moves) return undefined;
    setNow(Date.now());
    const timer = setInterval(() => setNow(Date.now()), everyMs);
    return () => clearInterval(timer);
  }, [moves, everyMs]);
  return isConnected || !isMoving ? now : Math.min(now, seenAt);
}
