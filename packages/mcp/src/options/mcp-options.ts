import type { SecretService } from "@ice/core";

/** `mcp` of a configuration: the MCP servers whose tools workflows may call. */
export interface McpOptions {
  /** By id, which begins the names of a server's tools, as in `ID.tool`: `[a-z][a-z0-9_-]{0,31}`. */
  readonly servers?: Readonly<Record<string, McpServerOptions>> | undefined;
}

/** A server: a command that is started, or an address. */
export interface McpServerOptions {
  /** A program that speaks MCP over its standard input and output. Started at the first call of a tool, without a shell. */
  readonly command?: string | undefined;
  /** Arguments of the command. Default none. */
  readonly args?: readonly string[] | undefined;
  /** The environment of the command, besides `PATH`. A value may hold `secret://NAME`. Default: nothing else. */
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** Directory in which the command runs. Default: that of ice. */
  readonly cwd?: string | undefined;
  /** The address of a server over streamable HTTP, which may be a local one. */
  readonly url?: string | undefined;
  /** Sent with every request to `url`. A value may hold `secret://NAME`. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Maximum seconds of a call. Default 60; with `url` at most 300. */
  readonly timeoutSeconds?: number | undefined;
  /** Maximum seconds until a server is ready: started, connected, its tools listed. Default 10. */
  readonly connectSeconds?: number | undefined;
  /** Maximum bytes of a result. Default 1 MiB. */
  readonly maxResultBytes?: number | undefined;
  /** Tools that may be called again without another effect, by their names at the server. Default none: all are `external`. */
  readonly idempotent?: readonly string[] | undefined;
}

/** What a program may pass in addition. */
export interface McpPluginOptions extends McpOptions {
  /** Where `ice.mcp.json` is, and where commands run. Default: the working directory. */
  readonly directory?: string | undefined;
  /** Source of `PATH`, and of secrets if there is no secret service. Default `process.env`. */
  readonly env?: Environment | undefined;
  /** Resolves `secret://NAME`. Default: the service of the runtime; without a runtime, the variable of that name. */
  readonly secrets?: Secrets | undefined;
}

/** The part of the secret service that servers need. */
export type Secrets = Pick<SecretService, "fill" | "scrub" | "scrubParts">;

export type Environment = Readonly<Record<string, string | undefined>>;

export const defaults = { timeoutSeconds: 60, connectSeconds: 10, maxResultBytes: 1024 * 1024 } as const;
