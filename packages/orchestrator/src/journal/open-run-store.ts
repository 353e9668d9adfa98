import { IceError, type Clock, type RunStore } from "@ice/core";
import { MemoryRunStore } from "./memory-run-store.ts";

/**
 * Opens a store by its address: `memory:` or `sqlite:PATH`.
 *
 * @throws IceError `ICE_STORE_UNAVAILABLE` for another address, `ICE_STORE_*` when it cannot be opened.
 */
export async function openRunStore(url: string, clock: Clock): Promise<RunStore> {
  if (url === "memory:") return new MemoryRunStore();
  if (url.startsWith("sqlite:")) {
    // Loaded only where it is used: it costs start-up time.
    const { openSqliteRunStore } = await import("./sqlite/open-sqlite-run-store.ts");
    return openSqliteRunStore(url.slice("sqlite:".length), { clock });
  }
  throw new IceError("ICE_STORE_UNAVAILABLE", `There is no store "${url}".`, {
    fix: "use memory: or sqlite:PATH",
    details: { store: url },
  });
}
