import { IceError } from "@ice/core";

/** Another owner runs it: the next resume reads its outcome. */
export const isOwnedElsewhere = (error: unknown): boolean => hasCode(error, "ICE_STORE_OWNED", "ICE_STORE_FENCED");

/** Nothing can be recorded now, so nothing is decided either: a resume continues the run. */
export const isUnrecorded = (error: unknown): boolean =>
  hasCode(error, "ICE_STORE_UNAVAILABLE", "ICE_STORE_LOCKED", "ICE_STORE_READONLY", "ICE_STORE_FULL");

const hasCode = (error: unknown, ...codes: readonly string[]): boolean =>
  IceError.is(error) && codes.includes(error.code);
