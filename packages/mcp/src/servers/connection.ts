import type { Client, StreamableHTTPClientTransport, Transport } from "@modelcontextprotocol/client";
import { IceError, messageOf, type JsonObject } from "@ice/core";
import type { ServerSettings } from "../options/check-options.ts";
import type { Environment, Secrets } from "../options/mcp-options.ts";
import type { ListedTool } from "../pins/pinned-tool.ts";
import { tooLarge, unavailable, wordsOf } from "../results/mcp-error.ts";
import type { CallResult } from "../results/tool-output.ts";
import { boundedFetch } from "../transports/bounded-fetch.ts";
import { ProcessTransport } from "../transports/process-transport.ts";
import { ReceivedBytes } from "../transports/received-bytes.ts";
import { loadClient } from "./load-client.ts";

/** What servers are reached with. */
export interface ConnectionOptions {
  readonly settings: ServerSettings;
  readonly directory: string;
  readonly env: Environment;
  readonly secrets: Secrets;
}

/** Room for the lists of tools of a server, whatever its results may be. */
const listBytes = 4 * 1024 * 1024;

const maxPages = 64;

/** How long a server has to end a session before it is left. */
const endSessionMs = 150;

/** One connection to a server, from its start to its end. It is never used again: after a failure a new one is opened. */
export class Connection {
  readonly #server: string;
  readonly #client: Client;
  readonly #wire: Wire;
  readonly #secrets: Secrets;
  /** Tools that the server lists. */
  tools: readonly ListedTool[] = [];
  isClosed = false;
  #closing: Promise<void> | undefined;
  /** Runs when the server says that its tools have changed. */
  onToolsChanged: () => void = () => {};
  onClose: () => void = () => {};

  private constructor({ settings, secrets }: ConnectionOptions, client: Client, wire: Wire) {
    this.#server = settings.id;
    this.#client = client;
    this.#wire = wire;
    this.#secrets = secrets;
    // Properties, no events of a target. What fails is reported by the call that fails.
    Object.assign(client, {
      onclose: () => {
        this.isClosed = true;
        this.onClose();
      },
      onerror: () => {},
    });
    client.setNotificationHandler("notifications/tools/list_changed", () => this.onToolsChanged());
  }

  /** Starts or reaches the server, and lists its tools. @throws IceError `ICE_MCP_UNAVAILABLE`, `ICE_MCP_LIMIT`, `ICE_SECRET_UNKNOWN`. */
  static async open(options: ConnectionOptions, signal?: AbortSignal): Promise<Connection> {
    const { settings } = options;
    const sdk = await loadClient();
    if (signal?.aborted === true) throw unavailable(settings.id, "is closed");
    const wire = openWire(options, sdk.StreamableHTTPClientTransport);
    // Without capabilities: a server that asks for sampling, elicitation or roots is refused.
    const client = new sdk.Client({ name: "ice", version: "1" }, { capabilities: {}, jsonSchemaValidator: accepting });
    const connection = new Connection(options, client, wire);
    const onAbort = (): void => void connection.close();
    signal?.addEventListener("abort", onAbort, { once: true });
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      void connection.close();
    }, settings.connectMs);
    try {
      await client.connect(wire.transport, { timeout: settings.connectMs });
      connection.tools = await connection.list(settings.connectMs);
      return connection;
    } catch (error) {
      const failure = isLate
        ? unavailable(settings.id, `was not ready within ${settings.connectMs / 1000} s`, {
            words: wordsOf(options.secrets.scrub(wire.words())),
            fix: `raise mcp.servers.${settings.id}.connectSeconds, or look why it takes so long`,
          })
        : connection.failureOf(error, settings.connectMs);
      await connection.close();
      throw failure;
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener("abort", onAbort);
    }
  }

  get protocol(): string {
    return this.#client.getNegotiatedProtocolVersion() ?? "";
  }

  /** What the server lists now. */
  async list(timeout: number): Promise<readonly ListedTool[]> {
    const listed: ListedTool[] = [];
    let [cursor, size]: [string | undefined, number] = [undefined, 0];
    if (this.#client.getServerCapabilities()?.tools === undefined) return [];
    for (let page = 0; page < maxPages; page += 1) {
      const params: { cursor?: string } = cursor === undefined ? {} : { cursor };
      const { tools, nextCursor } = await this.#client.request({ method: "tools/list", params }, { timeout });
      size += JSON.stringify(tools).length;
      if (size > listBytes) throw tooLarge(this.#server, "lists of tools", listBytes);
      for (const { name, description = "", inputSchema, outputSchema } of tools)
        listed.push({ name, description, inputSchema, outputSchema } as unknown as ListedTool);
      cursor = nextCursor;
      if (cursor === undefined) return listed;
    }
    throw unavailable(this.#server, `lists its tools on more than ${maxPages} pages`, { retryable: false });
  }

  /** Calls a tool. Throws what the client throws; see `failureOf`. */
  call(
    name: string,
    args: JsonObject,
    { timeoutMs, signal }: { readonly timeoutMs: number; readonly signal: AbortSignal },
  ): Promise<CallResult> {
    const params = { name, arguments: args as Record<string, unknown> };
    return this.#client.request(
      { method: "tools/call", params },
      { timeout: timeoutMs, signal },
    ) as Promise<CallResult>;
  }

  /** What the client threw, as an error of ice. */
  failureOf(error: unknown, timeoutMs: number): IceError {
    if (IceError.is(error)) return error;
    const known = this.#wire.failure();
    if (known !== undefined) return known;
    const { code, status } = error as { readonly code?: unknown; readonly status?: unknown };
    if (code === "REQUEST_TIMEOUT")
      return unavailable(this.#server, `gave no answer within ${timeoutMs / 1000} s`, { words: this.#words() });
    if (status === 401 || status === 403)
      return unavailable(this.#server, `refused the request with ${status}`, {
        fix: `give it what it wants in mcp.servers.${this.#server}.headers`,
        retryable: false,
      });
    if (code === "INVALID_RESULT")
      return unavailable(this.#server, "answered something else than the protocol says", {
        words: wordsOf(this.#secrets.scrub(messageOf(error))),
      });
    const ending = this.#wire.ending();
    if (ending !== "")
      return unavailable(this.#server, `ended ${ending}`, { words: this.#words(), fix: this.#wire.fix });
    const cause = (error as { readonly cause?: unknown } | undefined)?.cause;
    const words = [messageOf(error), ...(cause instanceof Error ? [cause.message] : [])].join(": ");
    return unavailable(this.#server, "cannot be reached", {
      words: wordsOf(this.#secrets.scrub(words)),
      fix: this.#wire.fix,
    });
  }

  #words(): string {
    return wordsOf(this.#secrets.scrub(this.#wire.words()));
  }

  /** Further calls have no effect. */
  close(): Promise<void> {
    this.isClosed = true;
    return (this.#closing ??= this.#close());
  }

  async #close(): Promise<void> {
    await this.#wire.beforeClose();
    // Before the client is connected it knows of no transport.
    await Promise.allSettled([this.#client.close(), this.#wire.transport.close()]);
  }
}

/** Results are checked as those of every tool are. The client's own validator would generate code. */
const accepting = {
  getValidator: () => (input: unknown) => ({ valid: true as const, data: input as never, errorMessage: undefined }),
};

/** A way to a server, and what is known of it when it fails. */
interface Wire {
  readonly transport: Transport;
  readonly failure: () => IceError | undefined;
  /** How its process ended. */
  readonly ending: () => string;
  /** What its process wrote last to its standard error. */
  readonly words: () => string;
  readonly fix: string;
  readonly beforeClose: () => Promise<void>;
}

function openWire(
  { settings, directory, env, secrets }: ConnectionOptions,
  Http: typeof StreamableHTTPClientTransport,
): Wire {
  const { id, at, maxResultBytes } = settings;
  const received = new ReceivedBytes(Math.max(maxResultBytes, listBytes));
  if ("command" in at) {
    const filled = { ...at, env: filledIn(at.env, secrets) };
    const transport = new ProcessTransport({ server: id, at: filled, directory, env, received });
    return {
      transport,
      failure: () => transport.failure,
      ending: () => transport.ending,
      words: () => transport.words,
      fix: `check mcp.servers.${id}: start its command by hand, and see what it says`,
      beforeClose: async () => {},
    };
  }
  const { fetch, failure } = boundedFetch(id, received);
  const transport = new Http(new URL(at.url), { fetch, requestInit: { headers: filledIn(at.headers, secrets) } });
  return {
    transport,
    failure,
    ending: () => "",
    words: () => "",
    fix: `check mcp.servers.${id}.url, and that the server runs`,
    async beforeClose() {
      if (transport.sessionId === undefined) return;
      const ended = transport.terminateSession().catch(() => {}); // the server forgets it by itself
      await Promise.race([ended, new Promise((done) => setTimeout(done, endSessionMs))]);
    },
  };
}

const filledIn = (texts: Readonly<Record<string, string>>, secrets: Secrets): Record<string, string> =>
  Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, secrets.fill(text)]));
