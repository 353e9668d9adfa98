/** Headers of a request that belong to the connection, which callers cannot set. In lower case. */
export const connectionHeaders: ReadonlySet<string> = new Set([
  "host",
  "connection",
  "keep-alive",
  "proxy-connection",
  "upgrade",
  "expect",
  "te",
  "trailer",
  "transfer-encoding",
  "content-length",
]);
