import { createSecretService } from "@ice/host";
import { expect, onTestFinished, test } from "vitest";
import { ProcessTransport } from "./process-transport.ts";
import { ReceivedBytes } from "./received-bytes.ts";

function transportTo(program: string): ProcessTransport {
  const transport = new ProcessTransport({
    server: "s",
    at: { command: process.execPath, args: ["--eval", program], env: {}, cwd: undefined },
    directory: import.meta.dirname,
    env: process.env,
    received: new ReceivedBytes(1024),
    secrets: createSecretService({ env: {} }),
  });
  onTestFinished(() => transport.close());
  return transport;
}

test("answers to the requests of a server that reads nothing do not pile up", async () => {
  const transport = transportTo("setInterval(() => {}, 1000)");
  await transport.start();
  const { rss } = process.memoryUsage();
  const result = { text: "x".repeat(10_000) };
  for (let id = 0; id < 10_000; id += 1) await transport.send({ jsonrpc: "2.0", id, result });
  expect(process.memoryUsage().rss - rss).toBeLessThan(50 * 1024 * 1024);
});

test("after its end nothing can be sent", async () => {
  const transport = transportTo("");
  await transport.start();
  await transport.close();
  await expect(transport.send({ jsonrpc: "2.0", method: "ping" })).rejects.toThrow("Not connected");
});
