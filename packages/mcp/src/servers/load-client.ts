/** The client of the protocol: loading it takes 200 ms, so it waits for the first server. */
export const loadClient = (): Promise<typeof import("@modelcontextprotocol/client")> =>
  import("@modelcontextprotocol/client");
