import { IceError } from "@ice/core";
import { shorten } from "@ice/core/internal";

/** Longest words of a server in a message. */
const maxWords = 500;

/** What a server said, on one line, well-formed and cut. */
export const wordsOf = (text: string): string => shorten(text.toWellFormed().replaceAll(/\s+/g, " ").trim(), maxWords);

const withWords = (sentence: string, words: string): string =>
  words === "" ? `${sentence}.` : `${sentence}: ${words}`;

export const untrusted = (server: string): IceError =>
  new IceError("ICE_MCP_UNTRUSTED", `The MCP server "${server}" is not trusted: no tools of it are pinned.`, {
    fix: `see what it offers, and pin it: ice mcp trust ${server}`,
    details: { server },
  });

export const changed = (server: string, how: readonly string[]): IceError =>
  new IceError(
    "ICE_MCP_CHANGED",
    `The MCP server "${server}" has changed since it was trusted: ${shorten(how.join("; "), maxWords)}.`,
    { fix: `see what has changed, and pin it again: ice mcp trust ${server}`, details: { server, changes: how } },
  );

export const unavailable = (
  server: string,
  happened: string,
  {
    words = "",
    fix = "give the node a `retryPolicy`; try the server with ice doctor",
    retryable = true,
  }: { readonly words?: string; readonly fix?: string; readonly retryable?: boolean } = {},
): IceError =>
  new IceError("ICE_MCP_UNAVAILABLE", withWords(`The MCP server "${server}" ${happened}`, words), {
    fix,
    retryable,
    details: { server },
  });

export const tooLarge = (server: string, what: string, bytes: number): IceError =>
  new IceError("ICE_MCP_LIMIT", `The MCP server "${server}" sent ${what} of more than ${bytes} bytes.`, {
    fix: `ask for less, or raise mcp.servers.${server}.maxResultBytes`,
    details: { server, bytes },
  });

export const toolFailed = (tool: string, words: string): IceError =>
  new IceError("ICE_TOOL_FAILED", withWords(`The tool "${tool}" failed`, words), {
    fix: "look at the message of the server, and at what the tool is given",
    details: { tool },
  });
