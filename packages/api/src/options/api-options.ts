import type { DevFiles } from "./dev-files.ts";

/** Limits of the API. Every one has a default. */
export interface ApiLimits {
  /** Bytes of a request's body. Default 2 MiB. */
  readonly bodyBytes: number;
  /** Bytes of the body of an answer or a cancellation. Default 64 KiB. */
  readonly smallBodyBytes: number;
  /** Requests of one token a second. Default 100. */
  readonly requestsPerSecond: number;
  /** Requests of one token at once, after a pause. Default 200. */
  readonly burst: number;
  /** Wrong tokens from one address in a minute. Default 20. */
  readonly wrongTokensPerMinute: number;
  /** Open streams of events. Default 1,000. */
  readonly streams: number;
  /** Open streams of one token. Default 600. */
  readonly streamsPerToken: number;
  /** A reader that takes nothing for this time, in milliseconds, is disconnected. Default 30,000. */
  readonly stalledMs: number;
}

/** The defaults of `ApiLimits`. */
export const defaultApiLimits: ApiLimits = {
  bodyBytes: 2 * 1024 * 1024,
  smallBodyBytes: 64 * 1024,
  requestsPerSecond: 100,
  burst: 200,
  wrongTokensPerMinute: 20,
  streams: 1000,
  streamsPerToken: 600,
  stalledMs: 30_000,
};

/** What ice offers as an MCP server. */
export interface McpServerOptions {
  /** Names of tools that MCP clients may call, as `tool_NAME`, besides the workflows. Default none. */
  readonly tools?: readonly string[] | undefined;
}

/** Options of `createApi`. */
export interface ApiOptions {
  /** Names of hosts under which the server is known besides `localhost`, `127.0.0.1` and `[::1]`, without port. */
  readonly allowedHosts?: readonly string[] | undefined;
  /** Origins of pages that may send requests besides the server's own, such as `https://ice.example.com`. */
  readonly allowedOrigins?: readonly string[] | undefined;
  readonly limits?: Partial<ApiLimits> | undefined;
  /** Folder of the page that the server shows: `assetsFolder` of `@ice/studio`. Default: there is no page. */
  readonly assets?: string | undefined;
  /** Files that are being edited. Default none. */
  readonly dev?: DevFiles | undefined;
  readonly mcp?: McpServerOptions | undefined;
  /** Of the server, for the OpenAPI document and MCP. Default `0.0.0`. */
  readonly version?: string | undefined;
  /** The address of the store as the page shows it to the tenant `default`, without credentials. Default: it shows none. */
  readonly storeAddress?: string | undefined;
  /** Called with one line for each failure that callers learn nothing about. Default `console.error`. */
  readonly report?: ((line: string) => void) | undefined;
  /** Epoch milliseconds. Default `Date.now`. */
  readonly now?: (() => number) | undefined;
}

/** What the connection says of a request besides the request itself. */
export interface RequestEnv {
  /** Address of the client. */
  readonly address?: string | undefined;
  /** The values of all `Host` headers. Default: that of the request. */
  readonly hosts?: readonly string[] | undefined;
  /** The request target as it was sent. Default: the path of the request. */
  readonly target?: string | undefined;
  /** Ends the connection of a client that does not read. */
  readonly disconnect?: (() => void) | undefined;
}
