import type { ConversationStore } from "@ice/core";
import { finishInTurns, StoredConversations } from "@ice/core/internal";
import type { StoreFile } from "./store-file.ts";
import { deleteTurns, insertTurn, readTurns } from "./turn-rows.ts";

/** The conversations of a tenant in a file. */
export function conversationsIn(
  file: StoreFile,
  tenant: string,
  forTenant: (tenant: string) => ConversationStore,
): ConversationStore {
  const { database } = file;
  const { timeSlice } = file.options;
  return new StoredConversations({
    tenant,
    forTenant,
    open: () => {
      file.assertOpen();
      return {
        append: (thread, turn) => file.commit(() => insertTurn(database, { tenant, thread }, turn)),
        read: (thread, limit) =>
          file.now(() => finishInTurns(readTurns(database, { tenant, thread }, limit), timeSlice)),
        delete: (thread) => file.commit(() => deleteTurns(database, { tenant, thread })),
      };
    },
  });
}
