import { createApi, startServer } from "@ice/api";
import { AccessTokens, createRuntime, RunHost, type AccessScope } from "@ice/core";
import { initializeOrchestrator, type OrchestratorOptions } from "@ice/orchestrator";
import type { EditedFile } from "./edited-file.ts";

interface PageOptions {
  /** The folder of the built page. */
  readonly assets: string;
  readonly scopes: readonly AccessScope[];
  readonly port?: number;
  readonly storeAddress?: string;
  readonly dev?: EditedFile;
}

export interface ServedPage {
  readonly url: string;
  readonly token: string;
  tokenFor(name: string, scopes: readonly AccessScope[]): Promise<string>;
  /** The secret of a link to the page. */
  secret(): string;
  close(): Promise<void>;
}

/** A server with the page and what the orchestrator offers. */
export async function servePage(
  offers: Omit<OrchestratorOptions, "runtime">,
  { port = 0, scopes, ...options }: PageOptions,
): Promise<ServedPage> {
  const runtime = createRuntime();
  const orchestrator = await initializeOrchestrator({ ...offers, runtime });
  const host = runtime.use(RunHost);
  await host.open();
  const limits = { requestsPerSecond: 1000, burst: 2000 };
  const api = createApi(runtime, { version: "0.1.0", limits, ...options });
  const server = await startServer(api, { port });
  const tokenFor: ServedPage["tokenFor"] = async (name, allowed) =>
    (await runtime.use(AccessTokens).create({ name, scopes: allowed })).token;
  return {
    url: server.url,
    token: await tokenFor("kim", scopes),
    tokenFor,
    secret: () => api.createLinkSecret(),
    async close() {
      api.endStreams();
      await host.drain(0);
      await server.close();
      api.close();
      await orchestrator.close();
    },
  };
}
