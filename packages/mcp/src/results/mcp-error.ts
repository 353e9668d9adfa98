import { IceError } from "@ice/core";
import { hideCredentials, maxQuotedWords, quotedWords, shorten } from "@ice/core/internal";

/** The end of what a process wrote, for a message: there it says why it failed. */
export function lastWords(text: string): string {
  const shown = hideCredentials(text); // before it is cut: half a password would not be found
  const isCut = shown.length > maxQuotedWords;
  return isCut ? `…${quotedWords(shown.slice(-maxQuotedWords))}` : quotedWords(shown);
}

const withWords = (sentence: string, words: string): string =>
  words === "" ? `${sentence}.` : `${sentence}: ${words}`;

export const untrusted = (server: string): IceError =>
  new IceError("ICE_MCP_UNTRUSTED", `The MCP server "${server}" is not trusted: none of its tools are pinned.`, {
    fix: `review its tools and pin them: ice mcp trust ${server}`,
    details: { server },
  });

export const unusable = (server: string, tool: string, problem: string): IceError =>
  new IceError(
    "ICE_MCP_UNTRUSTED",
    `The pinned tool "${tool}" of the MCP server "${server}" cannot be used: ${problem}.`,
    {
      fix: `pin its tools again: ice mcp trust ${server}`,
      details: { server },
    },
  );

export const changed = (server: string, how: readonly string[]): IceError =>
  new IceError(
    "ICE_MCP_CHANGED",
    `The MCP server "${server}" has changed since it was trusted: ${shorten(how.join("; "), maxQuotedWords)}.`,
    { fix: `review the changes and pin its tools again: ice mcp trust ${server}`, details: { server, changes: how } },
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

export const tooLarge = (
  server: string,
  what: string,
  bytes: number,
  fix: string = `request less, or raise mcp.servers.${server}.maxResultBytes`,
): IceError =>
  new IceError("ICE_MCP_LIMIT", `The MCP server "${server}" sent ${what} of more than ${bytes} bytes.`, {
    fix,
    details: { server, bytes },
  });

export const toolFailed = (tool: string, words: string): IceError =>
  new IceError("ICE_TOOL_FAILED", withWords(`The tool "${tool}" failed`, words), {
    fix: "see the message of the server, and check the arguments of the tool",
    details: { tool },
  });
