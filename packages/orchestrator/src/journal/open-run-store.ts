import { IceError, type Clock, type RunStore } from "@ice/core";
import { withoutCredentials, type TimeSlice, LazyRunStore } from "@ice/core/internal";
import { MemoryRunStore } from "./memory-run-store.ts";
import { openSqliteRunStore } from "./sqlite/open-sqlite-run-store.ts";

/**
 * The store at an address: `memory:` or `sqlite:PATH`. A file is opened, or created, when the store is first used; errors
 * `ICE_STORE_*` are thrown then.
 *
 * @throws IceError `ICE_USAGE` for another address.
 */
export function openRunStore(url: string, options: { readonly clock: Clock; readonly timeSlice: TimeSlice }): RunStore {
  if (url === "memory:") return new MemoryRunStore(options);
  if (url.startsWith("sqlite:") && url.length > "sqlite:".length)
    return new LazyRunStore({ url, durable: true }, () => openSqliteRunStore(url.slice("sqlite:".length), options));
  const store = withoutCredentials(url);
  throw new IceError("ICE_USAGE", `There is no store "${store}".`, {
    fix: fixOf(url),
    details: { store },
  });
}

function fixOf(url: string): string {
  if (url === "") return "if the address is in a variable of the shell, such as ICE_STORE, set that first";
  return /^postgres(?:ql)?:/i.test(url)
    ? "open it with openPostgresRunStore() of @ice/engine-dbos, and pass the store"
    : "use memory: or sqlite:PATH";
}
