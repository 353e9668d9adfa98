import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { getCACertificates, setDefaultCACertificates } from "node:tls";
import { expect, onTestFinished, test } from "vitest";
import { egressTo } from "./egress-to.ts";
import { localhost } from "./localhost-certificate.ts";

/** The port of a server on this machine with the certificate of `localhost`, and what it was asked for. */
async function serveTls() {
  const seen: string[] = [];
  const server = createServer(localhost, (request, response) => {
    seen.push(`${String((request.socket as { servername?: unknown }).servername)} ${request.headers.host}`);
    response.end("secret");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => server.close().closeAllConnections());
  return { port: (server.address() as AddressInfo).port, seen };
}

/** Lets the certificate of `localhost` be trusted until the test ends. */
function trustLocalhost(): void {
  const before = getCACertificates("default");
  onTestFinished(() => setDefaultCACertificates(before));
  setDefaultCACertificates([...before, localhost.cert]);
}

test("an unsigned certificate is not trusted", async () => {
  const { port, seen } = await serveTls();
  const host = `localhost:${port}`;
  await expect(egressTo(host).request(`https://${host}/`)).rejects.toMatchObject({
    code: "ICE_EGRESS_FAILED",
    message: expect.stringContaining("self-signed certificate"),
  });
  expect(seen).toEqual([]);
});

test("a certificate must match the host of the URL, whatever the caller's headers say", async () => {
  trustLocalhost();
  const { port, seen } = await serveTls();
  const hosts = [`localhost:${port}`, `127.0.0.1:${port}`];
  const egress = egressTo("", { allow: hosts });
  const headers = { host: "localhost" };
  expect(await egress.request(`https://${hosts[0]}/`, { headers: { host: "other.example" } })).toMatchObject({
    text: "secret",
  });
  await expect(egress.request(`https://${hosts[1]}/`, { headers })).rejects.toMatchObject({
    code: "ICE_EGRESS_FAILED",
    message: expect.stringContaining("does not match certificate's altnames"),
  });
  expect(seen).toEqual([`localhost ${hosts[0]}`]);
});
