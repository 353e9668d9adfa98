import type { Issue, JsonObject } from "@ice/core";

/** A file that is being edited. */
export interface DevFile {
  /** As it was named. */
  readonly file: string;
  /** Name of its workflow, as of the last good state; null if there was none. */
  readonly name: string | null;
  /** What is wrong with its present state. */
  readonly issues: readonly Issue[];
}

/** The last good state of a file. */
export interface DevBlueprint {
  readonly name: string;
  readonly version: string;
  /** Counts its good states, from 1. */
  readonly revision: number;
  /** SHA-256 of the content. */
  readonly hash: string;
  /** When it was read, in epoch milliseconds. */
  readonly createdAt: number;
  readonly createdBy: string;
  readonly blueprint: JsonObject;
  /** Its address: references to files begin there. */
  readonly base: string;
}

/** Workflows that are being edited: the tenant `default` runs their last good states by name. */
export interface DevFiles {
  /** Changes with every change of a file, and is another one after a restart: a whole number of at most ten digits. */
  readonly revision: number;
  list(): readonly DevFile[];
  /** The present text of a file of the list; empty where there is none. */
  textOf(file: string): string;
  /** Calls back after a change. Returns an unsubscribe function. */
  watch(listener: () => void): () => void;
  find(name: string): DevBlueprint | undefined;
}
