import { IceError } from "../errors/ice-error.ts";
import type { RunDispatcher } from "./run-dispatcher.ts";
import type { RunStore } from "./run-store.ts";

/** @throws IceError `ICE_USAGE` for a store that has no queue. */
export function requireDispatcher({ dispatcher, url }: Pick<RunStore, "dispatcher" | "url">): RunDispatcher {
  if (dispatcher !== undefined) return dispatcher;
  throw new IceError("ICE_USAGE", `The store ${url} has no queue: it belongs to one machine.`, {
    fix: "use a store on Postgres, whose address begins with postgres://",
  });
}
