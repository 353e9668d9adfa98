import { lookup as resolveName } from "node:dns";
import type { LookupFunction } from "node:net";
import { egressDenied } from "./egress-error.ts";
import { isPublicAddress } from "./public-address.ts";

/** Resolves a name for a connection; one address that is not public is enough to refuse it. */
export const lookUpPublic: LookupFunction = (host, options, callback) => {
  resolveName(host, { ...options, all: true }, (error, addresses) => {
    if (error !== null) return callback(error, []);
    if (addresses.some(({ address }) => !isPublicAddress(address)))
      return callback(egressDenied(host, "resolves to an address that is not public") as NodeJS.ErrnoException, []);
    const [first] = addresses;
    if (options.all === true || first === undefined) callback(null, addresses);
    else callback(null, first.address, first.family);
  });
};
