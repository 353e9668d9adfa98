import type { AccessScope, TokenInfo } from "../journal/token-store.ts";
import { serviceKey, type ServiceKey } from "../registry/service-key.ts";

/** Options of a new access token. */
export interface NewToken {
  /** Who uses it, in 1 to 200 characters: the name that runs and answers record. */
  readonly name: string;
  /** At least one. */
  readonly scopes: readonly AccessScope[];
  /** Default: `default`. */
  readonly tenant?: string | undefined;
  /** How long it is valid, in seconds; at most ten years. Default: until it is revoked. */
  readonly expiresInSeconds?: number | undefined;
}

/** Who calls: what a valid token says. */
export type Principal = Pick<TokenInfo, "name" | "tenant" | "scopes" | "expiresAt">;

/**
 * Access tokens, `ice_<id>_<secret>`. Only a digest of the secret is kept, so a token is shown once. A token that was revoked is
 * refused by every process within a second.
 */
export interface AccessTokens {
  /** @throws IceError `ICE_USAGE` (a name, a tenant, scopes or a time that is not allowed), `ICE_STORE_*`. */
  create(token: NewToken): Promise<TokenInfo & { readonly token: string }>;
  /** The oldest first; those that have expired too. */
  list(): Promise<readonly TokenInfo[]>;
  /** @throws IceError `ICE_TOKEN_NOT_FOUND`, `ICE_STORE_*`. */
  revoke(id: string): Promise<void>;
  /**
   * Undefined for anything but a valid token. Takes the same time for a wrong secret as for a right one.
   *
   * @throws IceError `ICE_STORE_*`.
   */
  verify(token: string): Promise<Principal | undefined>;
}

export const AccessTokens: ServiceKey<AccessTokens> = serviceKey("accessTokens");
