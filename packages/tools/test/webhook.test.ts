import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { webhookChannel } from "../src/alerts/webhook-channel.ts";

const open: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0)) await close();
});

async function serve(handler: (request: IncomingMessage, response: ServerResponse) => void): Promise<string> {
  const server: Server = createServer(handler);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  open.push(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe("a webhook channel", () => {
  const alert = {
    runId: "r",
    workflow: "w",
    path: "m",
    action: "alert",
    expression: "metrics.retries > 3",
    metrics: { retries: 4 },
    at: 1,
  } as const;
  const signal = new AbortController().signal;

  test("posts the alert as JSON", async () => {
    const bodies: string[] = [];
    const host = await serve((request, response) => {
      request.setEncoding("utf8").on("data", (chunk: string) => bodies.push(chunk));
      request.on("end", () => response.writeHead(204).end());
    });
    const channel = webhookChannel({ name: "ops", url: `http://${host}/hook`, allowPrivate: [host] });
    await channel.send(alert, { signal });
    expect(JSON.parse(bodies.join(""))).toEqual(alert);
  });

  test("fails when the receiver does not accept it", async () => {
    const host = await serve((_request, response) => void response.writeHead(500).end());
    const channel = webhookChannel({ name: "ops", url: `http://${host}/hook`, allowPrivate: [host] });
    await expect(channel.send(alert, { signal })).rejects.toMatchObject({ code: "ICE_EGRESS_FAILED" });
  });
});
