import { createHash, randomBytes } from "node:crypto";
import { accessScopes, IceError, type Principal } from "@ice/core";

/** A session of the page, whose token is a bearer like any other. */
export interface Session {
  readonly token: string;
  /** Epoch milliseconds. */
  readonly expiresAt: number;
}

const onceMs = 10 * 60_000;
const sessionMs = 12 * 3_600_000;

/** Most of each kind are kept; the oldest goes first. */
const maxEntries = 1000;

const digestOf = (secret: string): string => createHash("sha256").update(secret).digest("base64url");

/**
 * Sessions of the page, in memory: they end with the process. A secret is exchanged once for a session with every scope of the
 * tenant `default`, because only the owner of the server sees its terminal. Secrets are found by their digests, so how long a
 * search takes says nothing about them.
 */
export class Sessions {
  readonly #once = new Map<string, number>();
  readonly #sessions = new Map<string, Principal & { readonly expiresAt: number }>();
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Creates a secret that `exchange` takes once within ten minutes. */
  createSecret(): string {
    const secret = randomBytes(32).toString("base64url");
    this.#once.set(digestOf(secret), this.#now() + onceMs);
    dropOldest(this.#once);
    return secret;
  }

  /** @throws IceError `ICE_AUTH_INVALID` (the secret is wrong, was used or is too old). */
  exchange(secret: string): Session {
    const digest = digestOf(secret);
    const until = this.#once.get(digest);
    this.#once.delete(digest);
    if (until === undefined || until <= this.#now())
      throw new IceError("ICE_AUTH_INVALID", "The link of the page is wrong, was used or is older than ten minutes.", {
        fix: "restart the server for a new link, or use a token of `ice tokens create`",
      });
    const token = `ices_${randomBytes(32).toString("base64url")}`;
    const expiresAt = this.#now() + sessionMs;
    this.#sessions.set(digestOf(token), { name: "owner", tenant: "default", scopes: accessScopes, expiresAt });
    dropOldest(this.#sessions);
    return { token, expiresAt };
  }

  /** Undefined for anything but the token of a session that has not expired. */
  verify(token: string): Principal | undefined {
    if (!token.startsWith("ices_")) return undefined;
    const found = this.#sessions.get(digestOf(token));
    return found !== undefined && found.expiresAt > this.#now() ? found : undefined;
  }
}

function dropOldest(entries: Map<string, unknown>): void {
  const [oldest] = entries.keys();
  if (entries.size > maxEntries && oldest !== undefined) entries.delete(oldest);
}
