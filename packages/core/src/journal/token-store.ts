import { IceError } from "../errors/ice-error.ts";

/** What a token permits. `act-as`: to answer requests in the name of others. */
export const accessScopes = ["read", "run", "respond", "signal", "author", "metrics", "act-as"] as const;

/** What a token permits. */
export type AccessScope = (typeof accessScopes)[number];

/** An access token, without its secret. Times are epoch milliseconds. */
export interface TokenInfo {
  /** 12 characters of `A`-`Z`, `a`-`z`, `0`-`9`, `-` and `_`. */
  readonly id: string;
  /** Who uses it: the name that runs and answers record. */
  readonly name: string;
  readonly tenant: string;
  readonly scopes: readonly AccessScope[];
  readonly createdAt: number;
  /** Null if it does not expire. */
  readonly expiresAt: number | null;
}

/** An access token as it is stored. */
export interface StoredToken extends TokenInfo {
  /** SHA-256 of its secret, in hexadecimal. */
  readonly digest: string;
}

/** Keeps the access tokens of all tenants, at most 10,000; `AccessTokens` creates and checks them. */
export interface TokenStore {
  /** @throws IceError `ICE_STORE_FULL` for more than 10,000, `ICE_USAGE` for an id that is taken, `ICE_STORE_*`. */
  insert(token: StoredToken): Promise<void>;
  get(id: string): Promise<StoredToken | undefined>;
  /** All of them, the oldest first. */
  list(): Promise<readonly StoredToken[]>;
  /** @returns whether there was one. */
  delete(id: string): Promise<boolean>;
}

/** Maximum number of access tokens in a store. */
export const maxTokens = 10_000;

/** The error for more tokens than a store keeps. */
export const tooManyTokens = (): IceError =>
  new IceError("ICE_STORE_FULL", `A store keeps at most ${maxTokens} access tokens.`, {
    fix: "revoke tokens that are no longer used, such as those that have expired",
  });

/** The error for a new token with the id of another one. */
export const tokenExists = (id: string): IceError =>
  new IceError("ICE_USAGE", `There is already an access token with the id "${id}".`, {
    fix: "create tokens with AccessTokens.create(), which chooses ids",
  });
