/** A secret that the owner declares: where its value is, and where blueprints may send it. */
export interface SecretOptions {
  /** The environment variable with its value. Either this or `file`. */
  readonly env?: string | undefined;
  /** The file with its value; line feeds at its end are dropped. Read whenever the secret is used, at most 64 KiB. */
  readonly file?: string | undefined;
  /**
   * Hosts that blueprints may send it to: `host` and `*.host` (https only), `host:port` (exactly that), `*` (every host that
   * they may reach). Default none: then only the owner's configuration uses it.
   */
  readonly hosts?: readonly string[] | undefined;
  /** Tenants whose blueprints may use it. Default `["default"]`. */
  readonly tenants?: readonly string[] | undefined;
}

/** Options of `createSecretService`. */
export interface SecretServiceOptions {
  /** By name: letters, digits, `_` and `-`, at most 64; starts with a letter or `_`. Default none. */
  readonly secrets?: Readonly<Record<string, SecretOptions>> | undefined;
  /** Default: the environment of this process. */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
  /** The directory to which files are relative. Default: the working directory. */
  readonly directory?: string | undefined;
  /**
   * Whether others than the owner write blueprints: errors then name no secret and no variable that the blueprint does not name.
   * Default false.
   */
  readonly isShared?: boolean | undefined;
}
