import { IceError } from "@ice/core";

/** @throws IceError `ICE_USAGE`: always. @param what - an option or a command that servers do not have. */
export function onlyHere(what: string, fix: string): never {
  throw new IceError("ICE_USAGE", `${what} does not work with --api.`, { fix });
}
