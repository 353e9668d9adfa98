import type { PreparedComponent } from "../prepare-component.ts";

/** What the thread that prepares a component answers. */
export type FromPreparing =
  | { readonly ok: true; readonly prepared: PreparedComponent }
  | { readonly ok: false; readonly code: string; readonly message: string; readonly fix: string | undefined };
