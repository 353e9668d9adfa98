import { IceError, type RunStore } from "@ice/core";
import type { Dispatch } from "./dispatch.ts";
import { PostgresDispatcher } from "./postgres-dispatcher.ts";

/** @throws IceError `ICE_USAGE` for a store that is not on Postgres. */
export function dispatchOf({ dispatcher, url }: Pick<RunStore, "dispatcher" | "url">): Dispatch {
  if (dispatcher instanceof PostgresDispatcher) return dispatcher.dispatch;
  throw new IceError("ICE_USAGE", `The store ${url} has no workers and no queues: it belongs to one machine.`, {
    fix: "use a store on Postgres, whose address begins with postgres://",
  });
}
