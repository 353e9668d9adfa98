import type { PreparedInterpreter } from "./interpreter-instance.ts";

/** What the thread that prepares the interpreter is given. */
export interface StartSetup {
  /** URL of the interpreter, and the sha256 that it must have. */
  readonly file: string;
  readonly sha256: string;
  /** Folder in which it is kept when it is prepared, and whether that folder was asked for. */
  readonly cache: { readonly folder: string; readonly required: boolean } | undefined;
}

/** What it answers. */
export type FromStart =
  | { readonly ok: true; readonly prepared: PreparedInterpreter }
  | { readonly ok: false; readonly message: string; readonly fix?: string | undefined };
