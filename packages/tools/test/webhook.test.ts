import { createSecretService } from "@ice/host";
import { serveHttp, type LoopbackServer } from "@ice/testing";
import { describe, expect, onTestFinished, test } from "vitest";
import { webhookChannel } from "../src/alerts/webhook-channel.ts";

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
  const env = { HOOK: "T024-key-of-the-room", OPS_TOKEN: "token-0123456789" };
  const context = { signal: new AbortController().signal, secrets: createSecretService({ env }) };

  test("posts the alert as JSON", async () => {
    const bodies: string[] = [];
    const { host } = closing(
      await serveHttp((request, response) => {
        request.setEncoding("utf8").on("data", (chunk: string) => bodies.push(chunk));
        request.on("end", () => response.writeHead(204).end());
      }),
    );
    const channel = webhookChannel({ name: "ops", url: `http://${host}/hook` });
    await channel.send(alert, context);
    expect(JSON.parse(bodies.join(""))).toEqual(alert);
  });

  test("resolves the secrets of its address and headers", async () => {
    const seen: unknown[] = [];
    const { host } = closing(
      await serveHttp(({ url, headers }, response) => {
        seen.push(url, headers.authorization);
        response.writeHead(204).end();
      }),
    );
    const channel = webhookChannel({
      name: "ops",
      url: `http://${host}/services/secret://HOOK`,
      headers: { authorization: "Bearer secret://OPS_TOKEN" },
    });
    await channel.send(alert, context);
    expect(seen).toEqual([`/services/${env.HOOK}`, `Bearer ${env.OPS_TOKEN}`]);
    expect(context.secrets.scrub(`${env.HOOK} ${env.OPS_TOKEN}`)).toBe("[secret:HOOK] [secret:OPS_TOKEN]");
  });

  test("closes its connections when it is closed", async () => {
    const server = closing(await serveHttp((_request, response) => void response.writeHead(204).end()));
    const channel = webhookChannel({ name: "ops", url: `http://${server.host}/hook` });
    await channel.send(alert, context);
    await channel.close!();
    await expect(channel.send(alert, context)).rejects.toMatchObject({ code: "ICE_EGRESS_FAILED" });
  });

  test("fails when the receiver does not accept it", async () => {
    const { host } = closing(await serveHttp((_request, response) => void response.writeHead(500).end()));
    const channel = webhookChannel({ name: "ops", url: `http://${host}/hook` });
    await expect(channel.send(alert, context)).rejects.toMatchObject({ code: "ICE_EGRESS_FAILED" });
  });
});

function closing(server: LoopbackServer): LoopbackServer {
  onTestFinished(() => server.close());
  return server;
}
