import { createHash, randomBytes as systemRandomBytes, timingSafeEqual } from "node:crypto";
import {
  accessScopes,
  IceError,
  type AccessScope,
  type AccessTokens,
  type Clock,
  type NewToken,
  type Principal,
  type StoredToken,
  type TokenInfo,
  type TokenStore,
} from "@ice/core";
import { checkTenant, defaultTenant, didYouMean, listNames, shorten } from "@ice/core/internal";

export interface AccessTokensOptions {
  readonly tokens: TokenStore;
  readonly clock: Clock;
  /** Cryptographically secure random bytes. Default: those of `node:crypto`. */
  readonly randomBytes?: ((size: number) => Uint8Array) | undefined;
}

/** How long a token counts as valid after it was read, in milliseconds: so long a revoked one may still be accepted. */
const freshMs = 1000;
/** Maximum number of tokens that are kept in memory. */
const maxFresh = 1000;
/** Maximum characters of a name, as of a person who answers. */
const maxNameLength = 200;
/** Ten years. */
const maxSeconds = 10 * 365.25 * 86_400;

/** Access tokens over a store that other processes use, too. */
export function createAccessTokens({
  tokens,
  clock,
  randomBytes = systemRandomBytes,
}: AccessTokensOptions): AccessTokens {
  const fresh = new FreshTokens();
  return {
    async create(given) {
      const { name, scopes, tenant, expiresInSeconds } = checked(given);
      const secret = base64url(randomBytes(32));
      const createdAt = clock.now();
      const info: TokenInfo = {
        id: newId(randomBytes),
        name,
        tenant,
        scopes,
        createdAt,
        expiresAt: expiresInSeconds === undefined ? null : createdAt + expiresInSeconds * 1000,
      };
      await tokens.insert({ ...info, digest: digestOf(secret).toString("hex") });
      return { ...info, token: `ice_${info.id}_${secret}` };
    },
    async list() {
      return (await tokens.list()).map(infoOf);
    },
    async revoke(id) {
      const existed = await tokens.delete(id);
      fresh.delete(id);
      if (!existed) throw tokenNotFound(id);
    },
    async verify(token) {
      const { id, secret } = partsOf(token);
      if (id === undefined || secret === undefined) return undefined;
      const now = clock.now();
      const kept = fresh.get(id, now);
      const stored = kept ?? (await tokens.get(id));
      // The comparison takes place for an unknown id, too.
      const isRight = timingSafeEqual(digestOf(secret), Buffer.from(stored?.digest ?? noDigest, "hex"));
      if (stored === undefined || !isRight) return undefined;
      if (kept === undefined) fresh.set(stored, now);
      // It may have expired while it was read.
      return stored.expiresAt !== null && stored.expiresAt <= clock.now() ? undefined : principalOf(stored);
    },
  };
}

/** Valid tokens that were read within the last second. Wrong ones change nothing here, however many there are. */
class FreshTokens {
  /** In the order in which they were read. */
  readonly #read = new Map<string, { readonly token: StoredToken; readonly at: number }>();

  get(id: string, now: number): StoredToken | undefined {
    const found = this.#read.get(id);
    if (found === undefined) return undefined;
    const age = now - found.at;
    // The clock may have been set back.
    if (age >= 0 && age < freshMs) return found.token;
    this.#read.delete(id);
    return undefined;
  }

  /** @param at - when reading began. */
  set(token: StoredToken, at: number): void {
    this.#read.delete(token.id);
    this.#read.set(token.id, { token, at });
    if (this.#read.size > maxFresh) this.#read.delete(this.#read.keys().next().value!);
  }

  delete(id: string): void {
    this.#read.delete(id);
  }
}

/** Both parts may contain `_`, so they are separated by their lengths. */
const tokenPattern = /^ice_(?<id>[\w-]{12})_(?<secret>[\w-]{43})$/;

const partsOf = (token: unknown): { readonly id?: string; readonly secret?: string } =>
  (typeof token === "string" && tokenPattern.exec(token)?.groups) || {};

/** Of the text of the secret: base64url has spare bits, so several texts stand for the same bytes. */
const digestOf = (secret: string): Buffer => createHash("sha256").update(secret).digest();

/** The digest of no secret. */
const noDigest = "0".repeat(64);

const base64url = (bytes: Uint8Array): string => Buffer.from(bytes).toString("base64url");

/** An id never begins with `-`, with which a command line would take it for an option. */
const newId = (randomBytes: (size: number) => Uint8Array): string => base64url(randomBytes(9)).replace(/^-/, "A");

const infoOf = ({ id, name, tenant, scopes, createdAt, expiresAt }: StoredToken): TokenInfo => ({
  id,
  name,
  tenant,
  scopes,
  createdAt,
  expiresAt,
});

const principalOf = ({ name, tenant, scopes, expiresAt }: StoredToken): Principal => ({
  name,
  tenant,
  scopes,
  expiresAt,
});

/** @throws IceError `ICE_USAGE`. */
function checked({ name, scopes, tenant = defaultTenant, expiresInSeconds }: NewToken) {
  if (typeof name !== "string" || name === "" || name.length > maxNameLength || !name.isWellFormed())
    throw new IceError("ICE_USAGE", `The name of a token is no text of 1 to ${maxNameLength} characters.`, {
      fix: "name the person or the program that will use it",
    });
  if (expiresInSeconds !== undefined && !(expiresInSeconds > 0 && expiresInSeconds <= maxSeconds))
    throw new IceError("ICE_USAGE", "A token is valid for more than 0 seconds and at most ten years.", {
      fix: "give it a shorter time, or none",
    });
  return { name, scopes: checkedScopes(scopes), tenant: checkTenant(tenant), expiresInSeconds };
}

/** Each scope once, in the order of `accessScopes`. */
function checkedScopes(scopes: readonly string[]): readonly AccessScope[] {
  const known: readonly string[] = accessScopes;
  const unknown = scopes.find((scope) => !known.includes(scope));
  if (unknown !== undefined)
    throw new IceError("ICE_USAGE", `There is no scope "${shorten(unknown)}".`, {
      fix: didYouMean(unknown, known) || `use ${listNames(known)}`,
    });
  if (scopes.length === 0)
    throw new IceError("ICE_USAGE", "A token without scopes permits nothing.", {
      fix: `give it at least one of ${listNames(known)}`,
    });
  return accessScopes.filter((scope) => scopes.includes(scope));
}

/** A text that is no id is not repeated: it may be a whole token. */
const tokenNotFound = (id: string): IceError =>
  new IceError("ICE_TOKEN_NOT_FOUND", `No access token has ${/^[\w-]{12}$/.test(id) ? `the id "${id}"` : "this id"}.`, {
    fix: "see the tokens with AccessTokens.list()",
  });
