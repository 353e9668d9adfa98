import { IceError, type RunStore } from "@ice/core";
import { MemoryRunStore } from "./memory-run-store.ts";

/**
 * Opens a store by its address: `memory:`.
 *
 * @throws IceError `ICE_STORE_UNAVAILABLE` for another address, `ICE_STORE_*` when it cannot be opened.
 */
export async function openRunStore(url: string): Promise<RunStore> {
  if (url === "memory:") return new MemoryRunStore();
  throw new IceError("ICE_STORE_UNAVAILABLE", `There is no store "${url}".`, {
    fix: "use memory:",
    details: { store: url },
  });
}
