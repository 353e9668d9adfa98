import type { PreparedComponent } from "../prepare-component.ts";

/** The answer of the thread that prepares a component. */
export type FromPreparing =
  | { readonly ok: true; readonly prepared: PreparedComponent }
  | { readonly ok: false; readonly code: string; readonly message: string; readonly fix: string | undefined };
