import type { ServerResponse } from "node:http";
import { describe, expect, onTestFinished, test } from "vitest";
import { createEgressClient, type EgressOptions } from "../src/index.ts";
import { egressTo, serve, serveBytes } from "./egress-to.ts";

describe("addresses that may not be reached", () => {
  test.each([
    "http://127.0.0.1/",
    "http://127.1/",
    "http://0x7f.0.0.1/",
    "http://0x7f000001/",
    "http://2130706433/",
    "http://0177.0.0.1/",
    "http://127.0.0.1.:80/",
    "http://[::1]/",
    "http://[::]/",
    "http://[::ffff:127.0.0.1]/",
    "http://[::ffff:7f00:1]/",
    "http://0.0.0.0/",
    "http://10.0.0.1/",
    "http://172.16.0.1/",
    "http://192.168.1.1/",
    "http://100.64.0.1/",
    "http://169.254.169.254/latest/meta-data/",
    "http://[fe80::1]/",
    "http://[fd00::1]/",
    "http://[64:ff9b::7f00:1]/",
    "http://[2002:7f00:1::]/",
    "http://[::7f00:1]/",
    "http://[3fff::1]/",
    "http://[5f00::1]/",
    "http://[64:ff9b:1::1]/",
    "http://[fec0::1]/",
    "http://[0:0:0:0:0:ffff:127.0.0.1]/",
    "http://[0000:0000:0000:0000:0000:0000:0000:0001]/",
    "http://[::ffff:0:127.0.0.1]/",
    "http://[::127.0.0.1]/",
    "http://[::ffff:169.254.169.254]/",
    "http://[2001:0:7f00:1::]/",
    "http://[fe80::1%25eth0]/",
    "http://[::1%25lo]/",
    "http://[v1.fe80::1]/",
    "http://240.0.0.1/",
    "http://198.18.0.1/",
    "http://１２７.０.０.１/",
    "http://localhost/",
    "http://LOCALHOST/",
    "http://user:secret@example.com/",
    "http://example.com:22/",
    "https://example.com:8443/",
    "file:///etc/passwd",
    "ftp://example.com/",
    "gopher://example.com/",
    "data:text/plain,x",
    "javascript:alert(1)",
    "//example.com/",
    "example.com",
    "",
  ])("%s", async (address) => {
    const egress = createEgressClient({ timeoutMs: 2000 });
    onTestFinished(() => egress.close());
    await expect(egress.request(address)).rejects.toMatchObject({ code: "ICE_EGRESS_DENIED" });
  });

  test.each([
    ["https://kim:secret@example.com/?token=hidden", "https://…@example.com/…"],
    ["http://127.0.0.1/services/T0/B0/secret", "http://127.0.0.1/…"],
    ["https://example.com:8443/hook?secret", "https://example.com:8443/…"],
    ["ftp://example.com/secret", "ftp://example.com/…"],
    ["example.com/services/secret", "example.com/…"],
    ["https://exa mple.com/services/secret", "https://exa mple.com/…"],
    ["https:/\\127.0.0.1\\secret", "https:/\\127.0.0.1/…"],
    ["data:text/plain,secret", "data:text/…"],
    ["http://127.0.0.1/", "http://127.0.0.1/"],
    [`https://${"x".repeat(300)}.[`, `https://${"x".repeat(192)}…`],
  ])("with a message that contains only the host: %s", async (address, shown) => {
    const egress = createEgressClient();
    onTestFinished(() => egress.close());
    await expect(egress.request(address)).rejects.toMatchObject({
      message: expect.stringContaining(`"${shown}" `),
    });
  });

  test("also where a redirect names one", async () => {
    const host = await serve((_request, response) => {
      response.writeHead(302, { location: "http://169.254.169.254/latest/secret" }).end();
    });
    await expect(egressTo(host).request(`http://${host}/`)).rejects.toMatchObject({
      message: '"http://169.254.169.254/…" is not a public address.',
    });
  });

  test("a redirect to one of those", async () => {
    const host = await serve((_request, response) => {
      response.writeHead(302, { location: "http://169.254.169.254/" }).end();
    });
    await expect(egressTo(host).request(`http://${host}/`)).rejects.toMatchObject({ code: "ICE_EGRESS_DENIED" });
  });

  test("a redirect to an invalid address", async () => {
    const host = await serve((_request, response) => {
      response.writeHead(302, { location: "http://[" }).end();
    });
    await expect(egressTo(host).request(`http://${host}/`)).rejects.toMatchObject({ code: "ICE_EGRESS_DENIED" });
  });

  test("another port of a host that is allowed", async () => {
    const host = await serve((_request, response) => void response.end("secret"));
    const egress = egressTo("127.0.0.1:1");
    await expect(egress.request(`http://${host}/`)).rejects.toMatchObject({ code: "ICE_EGRESS_DENIED" });
  });
});

test.each<[string, EgressOptions]>([
  ["maxResponseBytes", { maxResponseBytes: Number.NaN }],
  ["maxRedirects", { maxRedirects: -1 }],
  ["timeoutMs", { timeoutMs: Infinity }],
  ["idleMs", { idleMs: 3e9 }],
])("the option %s that bounds nothing is refused", (name, options) => {
  expect(() => createEgressClient(options)).toThrowError(
    expect.objectContaining({ code: "ICE_USAGE", message: expect.stringContaining(name) }),
  );
});

describe("a request", () => {
  test("returns status and text, and follows redirects without the headers for the first origin", async () => {
    const seen: string[] = [];
    const target = await serve((request, response) => {
      seen.push(`${request.method} ${request.headers["authorization"] ?? "-"}`);
      response.end("here");
    });
    const host = await serve((_request, response) => {
      response.writeHead(302, { location: `http://${target}/x` }).end();
    });
    const egress = egressTo(host, { allow: [host, target] });
    const answer = await egress.request(`http://${host}/`, {
      method: "POST",
      headers: { authorization: "secret" },
      body: "{}",
    });
    expect(answer).toMatchObject({ status: 200, text: "here" });
    expect(seen).toEqual(["GET -"]);
  });

  test("ends after too many redirects", async () => {
    const host = await serve((_request, response) => {
      response.writeHead(307, { location: "/again" }).end();
    });
    await expect(egressTo(host).request(`http://${host}/`)).rejects.toMatchObject({
      code: "ICE_EGRESS_FAILED",
      message: expect.stringContaining("more than 3 times"),
    });
  });

  test("ends when the answer is too large or too slow, or its signal is aborted", async () => {
    const large = await serve((_request, response) => void response.end("x".repeat(5000)));
    await expect(egressTo(large, { maxResponseBytes: 1000 }).request(`http://${large}/`)).rejects.toMatchObject({
      message: expect.stringContaining("more than 1000 bytes"),
    });
    const silent = await serve(() => {});
    await expect(egressTo(silent, { timeoutMs: 50 }).request(`http://${silent}/`)).rejects.toMatchObject({
      code: "ICE_EGRESS_FAILED",
      retryable: true,
    });
    const signal = AbortSignal.abort();
    await expect(egressTo(silent).request(`http://${silent}/`, { signal })).rejects.toMatchObject({
      code: "ICE_EGRESS_FAILED",
    });
  });

  test("returns redirects that should not be followed, and joins headers of the same name", async () => {
    const host = await serve((_request, response) => {
      response.writeHead(302, { location: "http://127.0.0.1:1/", "set-cookie": ["a=1", "b=2"] }).end("moved");
    });
    expect(await egressTo(host).request(`http://${host}/`, { followRedirects: false })).toMatchObject({
      status: 302,
      headers: { location: "http://127.0.0.1:1/", "set-cookie": "a=1, b=2" },
      text: "moved",
    });
  });

  test("is bounded in time even while bytes keep coming: head, body, and the body of a redirect", async () => {
    const drip = (response: ServerResponse): void => {
      const timer = setInterval(() => response.write("x"), 20);
      response.on("close", () => clearInterval(timer));
    };
    const body = await serve((_request, response) => drip(response.writeHead(200)));
    const redirects = await serve((_request, response) => {
      drip(response.writeHead(302, { location: "/again" }));
    });
    const late = { code: "ICE_EGRESS_FAILED", message: expect.stringContaining("took longer than 300 ms") };
    const started = performance.now();
    await expect(egressTo(body).request(`http://${body}/`, { timeoutMs: 300 })).rejects.toMatchObject(late);
    // Its body is not waited for.
    await expect(egressTo(redirects).request(`http://${redirects}/`, { timeoutMs: 300 })).rejects.toMatchObject({
      message: expect.stringMatching(/more than 3 times|longer than 300 ms/),
    });
    const head = await serveBytes((socket) => {
      const timer = setInterval(() => socket.write("H"), 20);
      socket.on("close", () => clearInterval(timer));
    });
    await expect(egressTo(head).request(`http://${head}/`, { timeoutMs: 300 })).rejects.toMatchObject({
      code: "ICE_EGRESS_FAILED",
    });
    expect(performance.now() - started).toBeLessThan(5000);
  });

  test("is bounded in idle time, and ends immediately when its signal aborts", async () => {
    const host = await serve((_request, response) => void response.writeHead(200).write("x"));
    const started = performance.now();
    await expect(egressTo(host).request(`http://${host}/`, { idleMs: 100 })).rejects.toMatchObject({
      code: "ICE_EGRESS_FAILED",
    });
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 50);
    await expect(egressTo(host).request(`http://${host}/`, { signal: controller.signal })).rejects.toMatchObject({
      code: "ICE_EGRESS_FAILED",
    });
    expect(performance.now() - started).toBeLessThan(5000);
  });
});

test.each([0, 1])("a client that was closed after %i requests sends no more", async (before) => {
  const host = await serve((_request, response) => void response.end("ok"));
  const egress = egressTo(host);
  for (let request = 0; request < before; request += 1) await egress.request(`http://${host}/`);
  await egress.close();
  await expect(egress.request(`http://${host}/`)).rejects.toMatchObject({
    code: "ICE_EGRESS_FAILED",
    message: expect.stringContaining("the client is closed") as string,
  });
});
