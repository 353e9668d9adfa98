import type * as http from "node:http";
import type * as https from "node:https";
import { setImmediate as nextTurn } from "node:timers/promises";

/**
 * The module of Node that sends requests, loaded when it is needed, a part in each turn of the event loop. It is not imported,
 * because `import "node:http"` evaluates its `WebSocket` too, and with it all of `fetch`: 60 ms in one turn.
 */
export async function loadHttp(protocol: string): Promise<typeof http | typeof https> {
  const parts = protocol === "https:" ? ["node:crypto", "node:tls", "node:http"] : ["node:http"];
  for (const part of parts) {
    process.getBuiltinModule(part);
    await nextTurn();
  }
  return process.getBuiltinModule(protocol === "https:" ? "node:https" : "node:http");
}
