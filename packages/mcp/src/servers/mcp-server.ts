import { IceError, type Json, type JsonObject, type ToolContext } from "@ice/core";
import { quotedWords } from "@ice/core/internal";
import { differences, type PinnedTool } from "../pins/pinned-tool.ts";
import { toolName } from "../pins/usable-tools.ts";
import { changed, toolFailed, unavailable } from "../results/mcp-error.ts";
import { outputOf, type CallResult } from "../results/tool-output.ts";
import { Connection, type ConnectionOptions } from "./connection.ts";

/** The part of a tool's context that a call needs. */
export type CallContext = Pick<ToolContext, "signal" | "emit">;

/** How often the tools are listed in a row because the server reports changes meanwhile. */
const maxLists = 8;

/** A connection, and the calls that use it. */
interface Lease {
  readonly connection: Connection;
  /** The last comparison of its tools with the pinned ones. No call is made before it has succeeded. */
  verified: Promise<void>;
  isVerifying: boolean;
  calls: number;
  /** No further call uses it: it did not answer one. */
  isRetired: boolean;
}

/** One server: started at the first call, compared with its pins, and started again after a failure. */
export class McpServer {
  readonly #options: ConnectionOptions;
  readonly #pins: readonly PinnedTool[];
  #opening: Promise<Lease> | undefined;
  #lease: Lease | undefined;
  readonly #leases = new Set<Lease>();
  #blocked: IceError | undefined;
  /** Events that no call has emitted yet. */
  #news: ("mcp.connected" | "mcp.disconnected" | "mcp.changed")[] = [];
  /** Aborted when ice closes. */
  readonly #closing = new AbortController();

  constructor(options: ConnectionOptions, pins: readonly PinnedTool[]) {
    this.#options = options;
    this.#pins = pins;
  }

  /** @throws IceError `ICE_MCP_CHANGED`, `ICE_MCP_UNAVAILABLE`, `ICE_MCP_LIMIT`, `ICE_TOOL_FAILED`, `ICE_OUTPUT_INVALID`. */
  async call(tool: PinnedTool, args: JsonObject, context: CallContext): Promise<Json> {
    const { settings, secrets } = this.#options;
    const name = toolName(settings.id, tool.name);
    try {
      const result = await this.#request(tool.name, args, context);
      const { id: server, maxResultBytes } = settings;
      return outputOf(result, {
        server,
        tool: name,
        maxResultBytes,
        isStructured: tool.outputSchema !== undefined,
        scrub: (text) => secrets.scrub(text),
      });
    } catch (error) {
      context.signal.throwIfAborted();
      // The recursion over the server's data was too deep.
      if (!(error instanceof RangeError)) throw error;
      throw new IceError("ICE_OUTPUT_INVALID", `The result of the tool "${name}" is nested too deeply.`, {
        fix: "report it to the author of the server",
        cause: error,
      });
    } finally {
      this.#report(context);
    }
  }

  /** Starts the server and compares its tools. @throws IceError like `call`; the reason of the signal. */
  async check(signal: AbortSignal): Promise<void> {
    const lease = await untilAborted(this.#open(), signal);
    await untilAborted(lease.verified, signal);
    if (this.#blocked !== undefined) throw this.#blocked;
  }

  async close(): Promise<void> {
    this.#closing.abort(
      unavailable(this.#options.settings.id, "is closed", {
        fix: "call its tools before the orchestrator closes",
        retryable: false,
      }),
    );
    await this.#opening?.catch(() => {});
    await Promise.all([...this.#leases].map(({ connection }) => connection.close()));
  }

  async #request(name: string, args: JsonObject, { signal }: CallContext): Promise<CallResult> {
    signal.throwIfAborted();
    const lease = await untilAborted(this.#open(), signal);
    lease.calls += 1;
    try {
      do await untilAborted(lease.verified, signal);
      while (lease.isVerifying);
      if (this.#blocked !== undefined) throw this.#blocked;
      return await this.#answer(lease, name, args, signal);
    } finally {
      lease.calls -= 1;
      if (lease.isRetired && lease.calls === 0) void lease.connection.close();
    }
  }

  async #answer(lease: Lease, name: string, args: JsonObject, signal: AbortSignal): Promise<CallResult> {
    const { id, timeoutMs, at } = this.#options.settings;
    try {
      return await lease.connection.call(name, args, { timeoutMs, signal });
    } catch (error) {
      const { code, message } = error as { readonly code?: unknown; readonly message: string };
      // An abort looks like a timeout. Over HTTP it leaves a request behind, which ends with the connection.
      if (signal.aborted) {
        if ("url" in at) this.#retire(lease);
        throw signal.reason;
      }
      // Numbers are codes of JSON-RPC: the server has answered.
      if (typeof code === "number")
        throw toolFailed(toolName(id, name), quotedWords(this.#options.secrets.scrub(message)));
      this.#retire(lease);
      throw lease.connection.failureOf(error, timeoutMs);
    }
  }

  #open(): Promise<Lease> {
    if (this.#blocked !== undefined) return Promise.reject(this.#blocked);
    if (this.#closing.signal.aborted) return Promise.reject(this.#closing.signal.reason as IceError);
    const lease = this.#lease;
    if (lease !== undefined && !lease.isRetired && !lease.connection.isClosed) return Promise.resolve(lease);
    return (this.#opening ??= this.#connect().finally(() => (this.#opening = undefined)));
  }

  async #connect(): Promise<Lease> {
    const connection = await Connection.open(this.#options, this.#closing.signal);
    const lease: Lease = {
      connection,
      verified: Promise.resolve(),
      isVerifying: false,
      calls: 0,
      isRetired: false,
    };
    this.#leases.add(lease);
    this.#news.push("mcp.connected");
    connection.onClose = () => this.#onEnd(lease);
    this.#compare(lease);
    if (this.#blocked !== undefined) throw this.#blocked;
    connection.onToolsChanged = () => this.#verify(lease);
    // They may have changed since they were listed.
    if (connection.changes > 0) this.#verify(lease);
    if (connection.isClosed) this.#onEnd(lease);
    this.#lease = lease;
    return lease;
  }

  /** Compares the tools again, after the server has reported a change. */
  #verify(lease: Lease): void {
    if (lease.isVerifying) return;
    lease.isVerifying = true;
    lease.verified = this.#listAgain(lease);
    // Calls that wait for it report the error; the next call connects and compares.
    lease.verified.catch(() => this.#retire(lease));
  }

  /** Lists and compares the tools until no change was reported meanwhile. @throws IceError like `call`. */
  async #listAgain(lease: Lease): Promise<void> {
    const { connection } = lease;
    const { id, connectMs } = this.#options.settings;
    try {
      for (let lists = 0; lists < maxLists; lists += 1) {
        const { changes } = connection;
        connection.tools = await connection.list(connectMs);
        this.#compare(lease);
        if (this.#blocked !== undefined || connection.changes === changes) return;
      }
    } catch (error) {
      throw connection.failureOf(error, connectMs);
    } finally {
      lease.isVerifying = false;
    }
    throw unavailable(id, `has reported ${maxLists} changes of its tools in a row`);
  }

  #compare(lease: Lease): void {
    const how = differences(this.#pins, lease.connection.tools);
    if (how.length === 0) return;
    this.#blocked = changed(this.#options.settings.id, how);
    this.#news.push("mcp.changed");
    this.#retire(lease);
  }

  #retire(lease: Lease): void {
    lease.isRetired = true;
    if (lease.calls === 0) void lease.connection.close();
  }

  #onEnd(lease: Lease): void {
    if (this.#leases.delete(lease)) this.#news.push("mcp.disconnected");
  }

  #report({ emit }: CallContext): void {
    const server = this.#options.settings.id;
    for (const type of this.#news.splice(0)) emit(type, { server });
  }
}

/** Settles like the promise, unless the signal is aborted first. */
function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason as Error);
    if (signal.aborted) onAbort();
    signal.addEventListener("abort", onAbort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", onAbort));
  });
}
