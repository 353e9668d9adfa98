import type { Issue } from "@ice/core";
import type { CallOptions, HttpClient } from "../http/http-client.ts";

/** A file that `ice dev` watches. */
export interface EditedFile {
  /** As it was named at the command line. */
  readonly file: string;
  /** Name of its workflow, as of the last good state; null if there was none. */
  readonly name: string | null;
  /** What is wrong with its present state. */
  readonly issues: readonly Issue[];
}

/** All of them. */
export interface EditedFiles {
  /** Changes with the files. */
  readonly revision: number;
  readonly files: readonly EditedFile[];
}

/** Options of reading the files. */
export interface EditedFilesOptions extends CallOptions {
  /** The revision that the caller has seen. */
  readonly after?: number | undefined;
  /** With `after`: how long to wait for another one, at most 25. Default 0. */
  readonly waitSeconds?: number | undefined;
}

/** What is being edited at an `ice dev`. Other servers answer with `ICE_ROUTE_NOT_FOUND`. */
export interface DevClient {
  files(options?: EditedFilesOptions): Promise<EditedFiles>;
  /** A file with its present text, good or not. */
  file(file: string, options?: CallOptions): Promise<EditedFile & { readonly text: string }>;
}

/** @param http - of the server. */
export const createDevClient = (http: HttpClient): DevClient => ({
  async files({ after, waitSeconds, signal } = {}) {
    const query = { after, wait: waitSeconds };
    return (await http.send<EditedFiles>({ path: ["dev", "files"], query, signal })).body;
  },
  async file(file, { signal } = {}) {
    const path = ["dev", "files", file];
    return (await http.send<EditedFile & { readonly text: string }>({ path, signal })).body;
  },
});
