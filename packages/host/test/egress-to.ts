import type { RequestListener } from "node:http";
import type { Socket } from "node:net";
import type { EgressClient } from "@ice/core";
import { serveHttp, serveTcp, type LoopbackServer } from "@ice/testing";
import { onTestFinished } from "vitest";
import { createEgressClient, type EgressOptions } from "../src/index.ts";

/** The `host:port` of an HTTP server, which ends with the test. */
export const serve = async (onRequest: RequestListener): Promise<string> => ending(await serveHttp(onRequest));

/** The `host:port` of a server that sends what the test says, which ends with the test. */
export const serveBytes = async (onConnection: (socket: Socket) => void): Promise<string> =>
  ending(await serveTcp(onConnection));

/** A client that may reach this server, closed when the test ends. */
export function egressTo(host: string, options: EgressOptions = {}): EgressClient {
  const egress = createEgressClient({ allow: [host], ...options });
  onTestFinished(() => egress.close());
  return egress;
}

function ending({ host, close }: LoopbackServer): string {
  onTestFinished(() => close());
  return host;
}
