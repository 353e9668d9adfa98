import type { Client, StreamableHTTPClientTransport, Transport } from "@modelcontextprotocol/client";
import { IceError, messageOf, type JsonObject } from "@ice/core";
import { quotedWords } from "@ice/core/internal";
import type { ServerSettings } from "../options/check-options.ts";
import type { Environment, Secrets } from "../options/mcp-options.ts";
import type { ListedTool } from "../pins/pinned-tool.ts";
import { lastWords, tooLarge, unavailable } from "../results/mcp-error.ts";
import type { CallResult } from "../results/tool-output.ts";
import { boundedFetch } from "../transports/bounded-fetch.ts";
import { ProcessTransport } from "../transports/process-transport.ts";
import { ReceivedBytes } from "../transports/received-bytes.ts";
import { loadClient } from "./load-client.ts";

/** Everything needed to connect to a server. */
export interface ConnectionOptions {
  readonly settings: ServerSettings;
  readonly directory: string;
  readonly env: Environment;
  readonly secrets: Secrets;
}

/** Maximum bytes of the tools of a server, whatever its results may have. */
const listBytes = 4 * 1024 * 1024;

const maxPages = 64;

/** Time that a server has to end its session when ice closes. */
const endSessionMs = 150;

/** One connection to a server, from its start to its end. After a failure it is never used again: a new one is opened. */
export class Connection {
  readonly #server: string;
  readonly #client: Client;
  readonly #wire: Wire;
  readonly #secrets: Secrets;
  /** The tools as the server listed them last. */
  tools: readonly ListedTool[] = [];
  /** How often the server has reported that its tools changed, from the first message on. */
  changes = 0;
  isClosed = false;
  #closing: Promise<void> | undefined;
  /** Called after each such report. */
  onToolsChanged: () => void = () => {};
  onClose: () => void = () => {};

  private constructor({ settings, secrets }: ConnectionOptions, client: Client, wire: Wire) {
    this.#server = settings.id;
    this.#client = client;
    this.#wire = wire;
    this.#secrets = secrets;
    // The client has properties instead of events. A failure is reported by the call that fails.
    Object.assign(client, {
      onclose: () => {
        this.isClosed = true;
        this.onClose();
      },
      onerror: () => {},
    });
    client.setNotificationHandler("notifications/tools/list_changed", () => {
      this.changes += 1;
      this.onToolsChanged();
    });
  }

  /**
   * Starts or reaches the server, and lists its tools.
   *
   * @throws IceError `ICE_MCP_UNAVAILABLE`, `ICE_MCP_LIMIT`, `ICE_SECRET_UNKNOWN`; the reason of the signal.
   */
  static async open(options: ConnectionOptions, signal: AbortSignal): Promise<Connection> {
    const { settings } = options;
    const sdk = await loadClient();
    signal.throwIfAborted();
    const wire = openWire(options, sdk.StreamableHTTPClientTransport);
    // Without capabilities: a server that asks for sampling, elicitation or roots is refused.
    const client = new sdk.Client({ name: "ice", version: "1" }, { capabilities: {}, jsonSchemaValidator: accepting });
    const connection = new Connection(options, client, wire);
    const onAbort = (): void => void connection.close();
    signal.addEventListener("abort", onAbort, { once: true });
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
      const failure = isLate ? connection.#late(settings) : connection.failureOf(error, settings.connectMs);
      await connection.close();
      signal.throwIfAborted();
      throw failure;
    } finally {
      clearTimeout(timer);
      signal.removeEventListener("abort", onAbort);
    }
  }

  get protocol(): string {
    return this.#client.getNegotiatedProtocolVersion() ?? "";
  }

  /**
   * What the server lists now, without values of secrets: pins are committed, and models read them. Throws what the client throws; see
   * `failureOf`.
   *
   * @param timeoutMs - for all pages together.
   */
  async list(timeoutMs: number): Promise<readonly ListedTool[]> {
    const listed: ListedTool[] = [];
    let [cursor, size]: [string | undefined, number] = [undefined, 0];
    if (this.#client.getServerCapabilities()?.tools === undefined) return [];
    const options = { timeout: timeoutMs, signal: AbortSignal.timeout(timeoutMs) };
    for (let page = 0; page < maxPages; page += 1) {
      const params: { cursor?: string } = cursor === undefined ? {} : { cursor };
      const { tools, nextCursor } = await this.#client.request({ method: "tools/list", params }, options);
      const text = JSON.stringify(tools);
      size += Buffer.byteLength(text);
      if (size > listBytes)
        throw tooLarge(this.#server, "lists of tools", listBytes, "let the server offer fewer tools");
      for (const { name, description = "", inputSchema, outputSchema } of JSON.parse(
        this.#secrets.scrub(text),
      ) as Offer[])
        listed.push({ name, description, inputSchema, outputSchema });
      cursor = nextCursor;
      if (cursor === undefined) return listed;
    }
    throw unavailable(this.#server, `lists its tools on more than ${maxPages} pages`, {
      fix: "let the server offer fewer tools",
      retryable: false,
    });
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
      return unavailable(this.#server, `did not answer within ${timeoutMs / 1000} s`, { words: this.#words() });
    if (status === 401 || status === 403)
      return unavailable(this.#server, `refused the request with ${status}`, {
        fix: `add the header that it requires to mcp.servers.${this.#server}.headers`,
        retryable: false,
      });
    if (code === "INVALID_RESULT" || error instanceof RangeError)
      // of a recursion over what it sent
      return unavailable(this.#server, "sent something other than the protocol allows", {
        words: this.#quoted(messageOf(error)),
      });
    if (typeof code === "number")
      return unavailable(this.#server, "answered with an error", { words: this.#quoted(messageOf(error)) });
    const ending = this.#wire.ending();
    if (ending !== "")
      return unavailable(this.#server, `ended ${ending}`, { words: this.#words(), fix: this.#wire.fix });
    const { cause } = error as { readonly cause?: unknown };
    const words = [messageOf(error), ...(cause instanceof Error ? [cause.message] : [])].join(": ");
    return unavailable(this.#server, "cannot be reached", { words: this.#quoted(words), fix: this.#wire.fix });
  }

  #late({ id, connectMs }: ServerSettings): IceError {
    return unavailable(id, `was not ready within ${connectMs / 1000} s`, {
      words: this.#words(),
      fix: `raise mcp.servers.${id}.connectSeconds, or find out why it takes so long`,
    });
  }

  #quoted(text: string): string {
    return quotedWords(this.#secrets.scrub(text));
  }

  #words(): string {
    return lastWords(this.#secrets.scrub(this.#wire.words()));
  }

  /** Further calls have no effect. */
  close(): Promise<void> {
    this.isClosed = true;
    return (this.#closing ??= this.#close());
  }

  async #close(): Promise<void> {
    await this.#wire.beforeClose();
    // A client that is not connected yet does not close the transport.
    await Promise.allSettled([this.#client.close(), this.#wire.transport.close()]);
  }
}

/** A tool as the protocol describes it, checked by the client. */
type Offer = Omit<ListedTool, "description"> & { readonly description?: string };

/** ice checks results as for every tool; the client's own validator would generate code. */
const accepting = {
  getValidator: () => (input: unknown) => ({ valid: true as const, data: input as never, errorMessage: undefined }),
};

/** The transport to a server, with details for errors. */
interface Wire {
  readonly transport: Transport;
  readonly failure: () => IceError | undefined;
  /** How its process ended. Empty while it runs. */
  readonly ending: () => string;
  /** The end of what its process wrote to its standard error. */
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
    const transport = new ProcessTransport({ server: id, at: filled, directory, env, received, secrets });
    return {
      transport,
      failure: () => transport.failure,
      ending: () => transport.ending,
      words: () => transport.errorOutput,
      fix: `check mcp.servers.${id}: run its command by hand, and see what it prints`,
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
    fix: `check mcp.servers.${id}.url, and whether the server runs`,
    async beforeClose() {
      if (transport.sessionId === undefined) return;
      const ended = transport.terminateSession().catch(() => {}); // the server lets it expire
      await Promise.race([ended, new Promise((done) => setTimeout(done, endSessionMs))]);
    },
  };
}

const filledIn = (texts: Readonly<Record<string, string>>, secrets: Secrets): Record<string, string> =>
  Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, secrets.fill(text)]));
