import { createHash } from "node:crypto";
import { IceError, type AccessScope, type AccessTokens, type Principal } from "@ice/core";
import type { ApiLimits } from "../options/api-options.ts";
import { TokenBuckets } from "./token-bucket.ts";

/** Who sends a request. */
export interface Caller {
  readonly principal: Principal;
  /** Stands for the token where uses are counted. */
  readonly key: string;
  /** Whether the token is still valid. */
  isValid(): Promise<boolean>;
}

/** Longer ones are not looked up. */
const maxTokenLength = 200;

/** Finds out who sends a request, by the `Authorization` header alone. */
export class Authentication {
  readonly #tokens: Pick<AccessTokens, "verify">;
  readonly #wrong: TokenBuckets;
  readonly #requests: TokenBuckets;

  constructor(tokens: Pick<AccessTokens, "verify">, limits: ApiLimits, now: () => number) {
    this.#tokens = tokens;
    const { wrongTokensPerMinute, requestsPerSecond, burst } = limits;
    this.#wrong = new TokenBuckets({ perSecond: wrongTokensPerMinute / 60, burst: wrongTokensPerMinute }, now);
    this.#requests = new TokenBuckets({ perSecond: requestsPerSecond, burst }, now);
  }

  /**
   * @param header - the `Authorization` header; null without one.
   * @param address - of the client. Wrong tokens are counted by it, so right ones still pass.
   * @throws IceError `ICE_AUTH_REQUIRED`, `ICE_AUTH_INVALID`, `ICE_RATE_LIMITED`.
   */
  async identify(header: string | null, address: string): Promise<Caller> {
    if (header === null)
      throw new IceError("ICE_AUTH_REQUIRED", "The request carries no access token.", {
        fix: "send `Authorization: Bearer TOKEN`; `ice tokens create` makes a token",
      });
    const token = /^Bearer +([\x21-\x7e]+) *$/i.exec(header)?.[1];
    const principal =
      token === undefined || token.length > maxTokenLength ? undefined : await this.#tokens.verify(token);
    if (token === undefined || principal === undefined) throw this.#wrongToken(address);
    const key = createHash("sha256").update(token).digest("base64url");
    const isValid = async (): Promise<boolean> => (await this.#tokens.verify(token)) !== undefined;
    return { principal, key, isValid };
  }

  /** Counts a request of a token. @throws IceError `ICE_RATE_LIMITED`. */
  count({ key }: Caller): void {
    const retryAfterMs = this.#requests.take(key);
    if (retryAfterMs > 0) throw rateLimited("This token sends requests too fast.", retryAfterMs);
  }

  /** Counts a secret that `check` refuses like a wrong token. @throws what `check` throws, IceError `ICE_RATE_LIMITED`. */
  countingWrong<T>(address: string, check: () => T): T {
    try {
      return check();
    } catch (error) {
      const retryAfterMs = this.#wrong.take(address);
      throw retryAfterMs > 0 ? tooManyWrong(retryAfterMs) : error;
    }
  }

  #wrongToken(address: string): IceError {
    const retryAfterMs = this.#wrong.take(address);
    if (retryAfterMs > 0) return tooManyWrong(retryAfterMs);
    return new IceError("ICE_AUTH_INVALID", "The access token is wrong, was revoked or has expired.", {
      fix: "make another token with `ice tokens create`",
    });
  }
}

const rateLimited = (message: string, retryAfterMs: number): IceError =>
  new IceError("ICE_RATE_LIMITED", message, { fix: "wait as long as `Retry-After` says", retryAfterMs });

const tooManyWrong = (retryAfterMs: number): IceError =>
  rateLimited("Too many wrong tokens come from this address.", retryAfterMs);

/** @throws IceError `ICE_SCOPE_MISSING`. */
export function requireScope({ scopes }: Principal, scope: AccessScope): void {
  if (scopes.includes(scope)) return;
  throw new IceError("ICE_SCOPE_MISSING", `This takes a token with the scope \`${scope}\`.`, {
    fix: `make a token with \`--scope ${scope}\``,
    details: { scope },
  });
}
