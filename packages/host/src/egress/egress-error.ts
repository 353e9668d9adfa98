import { IceError } from "@ice/core";
import { shorten, withoutCredentials } from "@ice/core/internal";

/** @param address - as given. Only its server is shown, because the path of a webhook is its password. */
export function egressDenied(address: string, why: string, fix = allowIt): IceError {
  return new IceError("ICE_EGRESS_DENIED", `"${serverOf(address)}" ${why}.`, { fix });
}

const allowIt = "use a public http(s) address, or have the process owner allow this one";

export function egressFailed({ origin }: URL, why: string, cause?: unknown): IceError {
  return new IceError("ICE_EGRESS_FAILED", `The request to ${origin.slice(0, 200)} failed: ${why}.`, {
    fix: "check the server, or try again later",
    retryable: true,
    cause,
  });
}

/** Scheme and host of an address, even of a malformed one; `…` for the rest. */
function serverOf(address: string): string {
  const shown = withoutCredentials(address);
  const [server = ""] = /^\s*(?:[a-z][a-z\d+.-]*:)?[\\/]*[^\\/?#]*/i.exec(shown) ?? [];
  const rest = shown.slice(server.length);
  return `${shorten(server)}${rest.length > 1 ? "/…" : rest}`;
}
