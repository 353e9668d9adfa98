import { serviceKey, type ServiceKey } from "../registry/service-key.ts";

/** Where a text with secrets goes. */
export interface SecretDestination {
  /** The address of the request. */
  readonly url: string;
  /** Tenant of the run. Default `default`. */
  readonly tenant?: string | undefined;
}

/**
 * The owner's secrets. A text refers to one as `secret://NAME`. Values that were resolved and have at least 8 characters are
 * known from then on: `scrub` replaces them, however they are written.
 */
export interface SecretService {
  /** Names that the owner has declared, in order of declaration. */
  readonly names: readonly string[];
  /**
   * The value of a secret, for the owner's configuration and code: a declared one, or else the environment variable of that name.
   *
   * @throws IceError `ICE_SECRET_UNKNOWN` if it has no value.
   */
  resolve(name: string): string;
  /** A text of the owner's configuration with its references resolved. @throws IceError like `resolve`. */
  fill(text: string): string;
  /**
   * A text of a blueprint with its references resolved: declared secrets only, for the hosts and tenants that the owner lists.
   *
   * @throws IceError `ICE_SECRET_UNKNOWN` for one that is not declared or has no value, `ICE_SECRET_DENIED` for another host or tenant.
   */
  fillFor(text: string, destination: SecretDestination): string;
  /** What to do about a name that is not declared. It repeats other names only if the owner alone writes blueprints. */
  fixFor(name: string): string;
  /** Declared names without a value, in order of declaration. */
  missing(): readonly string[];
  /** Whether there is a value that `scrub` would replace. False until one was resolved. */
  readonly active: boolean;
  /**
   * A text in which known values, also as URL, base64 and JSON write them, are `[secret:NAME]`, or `[secret]` if others than the
   * owner write blueprints. The text itself if there are none.
   */
  scrub(text: string): string;
  /** The same for a text that comes in parts. */
  scrubParts(): PartScrubber;
}

/** Scrubs a text that comes in parts: what may be the beginning of a known value is kept back until it is known. */
export interface PartScrubber {
  /** Takes a part. Returns what can be shown, which may be empty. */
  add(part: string): string;
  /** Returns what was kept back; nothing may be added afterwards. */
  end(): string;
}

/** Key of the service that resolves secrets. */
export const SecretService: ServiceKey<SecretService> = serviceKey("secretService");
