/** The MCP client. Loading it takes 200 ms, so it is loaded for the first server. */
export const loadClient = (): Promise<typeof import("@modelcontextprotocol/client")> =>
  import("@modelcontextprotocol/client");
