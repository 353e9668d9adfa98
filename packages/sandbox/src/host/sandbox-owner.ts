import type { EgressClient, FileAccess, Json, JsonObject, SandboxRequest } from "@ice/core";
import { createEgressClient } from "@ice/host";
import type { HostCapabilities } from "./answer-calls.ts";
import { grantFiles } from "./granted-files.ts";
import { grantHttp, type HttpTimes } from "./granted-http.ts";
import { YieldQueue } from "./yield-queue.ts";

/** Resources and permissions of the owner of a sandbox. */
export interface OwnerOptions {
  readonly files?: FileAccess | undefined;
  readonly allow?: { readonly http?: readonly string[] | undefined } | undefined;
  readonly http?: HttpTimes | undefined;
  readonly egress?: EgressClient | undefined;
  readonly callTool?: ((name: string, args: JsonObject, signal?: AbortSignal) => Promise<Json>) | undefined;
  readonly stopwatch: () => number;
}

/** Determines the host calls that an execution may make: those its request grants, as far as the owner allows them. */
export class SandboxOwner {
  readonly #options: OwnerOptions;
  readonly #turns = new YieldQueue();
  #ownEgress: EgressClient | undefined;

  constructor(options: OwnerOptions) {
    this.#options = options;
  }

  /** @throws IceError `ICE_SANDBOX_DENIED` for a grant that the owner does not allow. */
  async capabilitiesOf({ grants = {}, signal, callTool: own, tenant }: SandboxRequest): Promise<HostCapabilities> {
    const { files: all, allow = {}, http: times, egress, callTool, stopwatch } = this.#options;
    const fallback =
      callTool === undefined ? undefined : (name: string, args: JsonObject) => callTool(name, args, signal);
    const files = tenant === undefined ? all : all?.forTenant(tenant);
    return {
      turns: this.#turns,
      tools: grants.tools,
      callTool: own ?? fallback,
      files: grants.files === undefined ? undefined : await grantFiles(grants.files, files, signal),
      http:
        grants.http === undefined
          ? undefined
          : grantHttp(grants.http.allow, {
              egress: egress ?? (this.#ownEgress ??= createEgressClient({ allow: allow.http ?? [] })),
              owner: allow.http ?? [],
              signal,
              times,
              stopwatch,
            }),
    };
  }

  async close(): Promise<void> {
    await this.#ownEgress?.close();
  }
}
