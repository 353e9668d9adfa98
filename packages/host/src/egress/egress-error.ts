import { IceError, withoutCredentials } from "@ice/core";

/** @param address - as it was given; shown without credentials, and long ones cut. */
export function egressDenied(address: string, why: string): IceError {
  return new IceError("ICE_EGRESS_DENIED", `"${withoutCredentials(address).slice(0, 200)}" ${why}.`, {
    fix: "use a public http(s) address, or let the owner of the process allow this one",
  });
}

export function egressFailed({ origin }: URL, why: string, cause?: unknown): IceError {
  return new IceError("ICE_EGRESS_FAILED", `The request to ${origin.slice(0, 200)} failed: ${why}.`, {
    fix: "look at the server, or try again later",
    retryable: true,
    ...(cause === undefined ? {} : { cause }),
  });
}
