// Stores
export { openPostgresRunStore, type OpenPostgresRunStoreOptions } from "./store/open-postgres-run-store.ts";
