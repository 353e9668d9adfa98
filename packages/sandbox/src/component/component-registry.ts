import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { IceError } from "@ice/core";
import { systemReason } from "@ice/core/internal";
import { cacheKeyOf, type PreparedCache } from "../cache/prepared-cache.ts";
import { componentTools } from "../cache/preparing-tools.ts";
import { fromPieces, toPieces } from "./kept-component.ts";
import type { PreparedComponent } from "./prepare-component.ts";
import { prepareInThread } from "./prepare-in-thread.ts";

/** A registered component, ready to run. */
export interface RegisteredComponent extends PreparedComponent {
  /** Of the file, in hexadecimal. */
  readonly sha256: string;
}

/** Maximum number of prepared components in memory. */
const maxPrepared = 32;

/** The components that the process owner registered: blueprints refer to them by path or hash, and cannot use others. */
export class ComponentRegistry {
  readonly #paths: readonly string[];
  readonly #cache: PreparedCache | undefined;
  readonly #onPrepare: () => void;
  readonly #closing = new AbortController();
  #tools: Promise<string | undefined> | undefined;
  /** By hash: the same bytes are prepared once. */
  readonly #prepared = new Map<string, Promise<PreparedComponent>>();

  /**
   * @param cache - stores prepared components beyond this process.
   * @param onPrepare - called if a component is not in memory, before it is read from the cache or prepared.
   */
  constructor(paths: readonly string[], cache: PreparedCache | undefined, onPrepare: () => void = () => {}) {
    this.#paths = paths;
    this.#cache = cache;
    this.#onPrepare = onPrepare;
  }

  /**
   * @param name - the path under which it was registered, or its sha256. A file that has changed is read again.
   * @throws IceError `ICE_SANDBOX_DENIED`.
   */
  async get(name: string): Promise<RegisteredComponent> {
    for (const path of this.#paths) {
      const isHash = /^[0-9a-f]{64}$/.test(name);
      if (!isHash && name !== path && resolve(name) !== resolve(path)) continue;
      const bytes = await readFile(path).catch((cause: unknown) => {
        const what = isHash ? "A registered component" : `The component "${name}"`;
        throw denied(`${what} cannot be read: ${systemReason(cause)}`);
      });
      const sha256 = createHash("sha256").update(bytes).digest("hex");
      if (isHash && sha256 !== name) continue;
      return { sha256, ...(await this.#prepare(sha256, bytes)) };
    }
    throw denied(`The component "${name.slice(0, 200)}" is not registered.`);
  }

  /** Ends all preparations. */
  close(): void {
    this.#closing.abort();
  }

  #prepare(sha256: string, bytes: Uint8Array): Promise<PreparedComponent> {
    const known = this.#prepared.get(sha256);
    if (known !== undefined) return known;
    this.#onPrepare();
    const prepared = this.#prepareOrFind(sha256, bytes);
    prepared.catch(() => this.#prepared.delete(sha256));
    this.#prepared.set(sha256, prepared);
    const [oldest] = this.#prepared.keys();
    if (this.#prepared.size > maxPrepared && oldest !== undefined) this.#prepared.delete(oldest);
    return prepared;
  }

  async #prepareOrFind(sha256: string, bytes: Uint8Array): Promise<PreparedComponent> {
    // Without the transpiler there is no version of it; preparing reports what to install.
    this.#tools ??= componentTools().catch(() => undefined);
    const tools = await this.#tools;
    if (this.#cache === undefined || tools === undefined) return prepareInThread(bytes, this.#closing.signal);
    const key = cacheKeyOf(sha256, tools);
    const found = await this.#cache.get(key);
    if (found !== undefined) return fromPieces(found);
    const prepared = await prepareInThread(bytes, this.#closing.signal);
    await this.#cache.put(key, toPieces(prepared));
    return prepared;
  }
}

function denied(message: string): IceError {
  return new IceError("ICE_SANDBOX_DENIED", message, {
    fix: "register it in `sandbox.components`, as the process owner, and refer to it by that path or its sha256",
  });
}
