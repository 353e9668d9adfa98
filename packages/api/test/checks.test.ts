import { connect } from "node:net";
import { setTimeout } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { greet, serve, type Served } from "./serve.ts";

let served: Served;
beforeAll(async () => {
  served = await serve({ workflows: [greet], allowedHosts: ["ice.test"], allowedOrigins: ["https://page.test"] });
});
afterAll(() => served.close());

const start = { workflow: "greet", inputs: { who: "kim" } };
const head = (line: string, ...headers: string[]): string =>
  `${[line, ...headers, "connection: close"].join("\r\n")}\r\n\r\n`;

describe("the host", () => {
  test.each(["evil.test", "127.0.0.1.nip.io", "localhost.", "localhost@evil.test", "ice.test.evil.test", "[::1].evil"])(
    "%s is refused before anything else",
    async (host) => {
      const { status, json } = await served.send("/v1/nothing", { headers: { host }, token: null });
      expect([status, json()["code"]]).toEqual([421, "ICE_HOST_DENIED"]);
    },
  );

  test.each(["localhost", "LOCALHOST:80", "127.0.0.1:4747", "[::1]:1", "ice.test"])("%s is known", async (host) => {
    expect((await served.send("/livez", { headers: { host } })).status).toBe(200);
  });

  test("several of them, none, or another one in the target are refused", async () => {
    const refused = /^HTTP\/1\.1 421 /;
    expect(await served.raw(head("GET /livez HTTP/1.1", "host: localhost", "host: evil.test"))).toMatch(refused);
    expect(await served.raw(head("GET /livez HTTP/1.0"))).toMatch(refused);
    expect(await served.raw(head("GET http://evil.test/livez HTTP/1.1", "host: localhost"))).toMatch(refused);
    expect(await served.raw(head("GET http://localhost/livez HTTP/1.1", "host: localhost"))).toMatch(
      /^HTTP\/1\.1 200 /,
    );
    expect(await served.raw(head("GET /livez HTTP/1.0", "host: localhost"))).toMatch(/^HTTP\/1\.1 200 /);
  });

  test("a target that is no path is refused", async () => {
    for (const target of ["*", "livez", "ftp://localhost/livez"])
      expect(await served.raw(head(`OPTIONS ${target} HTTP/1.1`, "host: localhost"))).toMatch(/^HTTP\/1\.1 400 /);
  });
});

describe("the origin", () => {
  test.each(["https://evil.test", "null", "http://localhost:1", "http://127.0.0.1"])(
    "%s is refused",
    async (origin) => {
      const { status, json, headers } = await served.send("/v1/runs", { headers: { origin } });
      expect([status, json()["code"]]).toEqual([403, "ICE_ORIGIN_DENIED"]);
      expect(headers["access-control-allow-origin"]).toBeUndefined();
    },
  );

  test("its own and allowed ones pass", async () => {
    expect((await served.send("/v1/runs", { headers: { origin: served.url } })).status).toBe(200);
    expect((await served.send("/v1/runs", { headers: { origin: "https://page.test" } })).status).toBe(200);
  });
});

describe("routes", () => {
  test("unknown ones are reported before a token is asked for", async () => {
    expect((await served.send("/v1/nothing", { token: null })).json()).toMatchObject({ code: "ICE_ROUTE_NOT_FOUND" });
    expect((await served.send("/v1/runs/", { token: null })).status).toBe(404);
  });

  test.each(["DELETE", "PATCH", "OPTIONS", "TRACE", "QUERY"])("%s of a list names what there is", async (method) => {
    const { status, headers } = await served.send("/v1/runs", { method });
    expect([status, headers.allow]).toEqual([405, "GET, HEAD, POST"]);
  });

  test("HEAD has the headers of GET and no body", async () => {
    const { status, text, headers } = await served.send("/v1/me", { method: "HEAD" });
    expect([status, text, headers["content-type"]]).toEqual([200, "", "application/json"]);
  });

  test("a path that is no UTF-8 or holds control characters is refused", async () => {
    for (const path of ["/v1/runs/%ff", "/v1/runs/%00", "/v1/runs/%", "/v1/runs/a%0ab"])
      expect((await served.send(path)).json()).toMatchObject({ code: "ICE_REQUEST_INVALID" });
  });

  test("unknown and repeated parameters are refused", async () => {
    for (const query of ["statuss=failed", "limit=1&limit=2", "access_token=x", "limit=1e1", "limit=", "wait=1"])
      expect((await served.send(`/v1/runs?${query}`)).json()).toMatchObject({
        code: "ICE_REQUEST_INVALID",
        status: 400,
      });
  });
});

describe("the token", () => {
  test.each([
    [null, "ICE_AUTH_REQUIRED"],
    ["", "ICE_AUTH_INVALID"],
    ["ice_aaaaaaaaaaaa_bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb", "ICE_AUTH_INVALID"],
    ["x".repeat(5000), "ICE_AUTH_INVALID"],
  ])("%j is refused", async (token, code) => {
    const { status, headers, json } = await served.send("/v1/me", { token });
    expect([status, json()["code"], headers["www-authenticate"]]).toEqual([401, code, "Bearer"]);
  });

  test("it is not read from the query", async () => {
    expect((await served.send(`/v1/me?token=${served.token}`, { token: null })).status).toBe(401);
  });

  test("wrong ones are counted by address, and right ones still pass", async () => {
    const other = await serve({ limits: { wrongTokensPerMinute: 3 } });
    const statuses: number[] = [];
    for (let count = 0; count < 4; count += 1) statuses.push((await other.send("/v1/me", { token: "wrong" })).status);
    const limited = await other.send("/v1/me", { token: "wrong" });
    expect(statuses).toEqual([401, 401, 401, 429]);
    expect(Number(limited.headers["retry-after"])).toBeGreaterThan(0);
    expect((await other.send("/v1/me")).status).toBe(200);
    await other.close();
  });

  test("its requests are limited", async () => {
    const other = await serve({ limits: { requestsPerSecond: 1, burst: 2 }, now: () => 0 });
    const statuses = [];
    for (let count = 0; count < 3; count += 1) statuses.push((await other.send("/v1/me")).status);
    expect(statuses).toEqual([200, 200, 429]);
    await other.close();
  });

  test("it permits what its scopes say", async () => {
    const token = await served.tokenFor("reader", ["read"]);
    const { status, json } = await served.send("/v1/runs", { token, json: start });
    expect([status, json()]).toMatchObject([403, { code: "ICE_SCOPE_MISSING", fix: expect.stringContaining("run") }]);
    expect((await served.send("/v1/me", { token })).json()).toEqual({
      name: "reader",
      tenant: "default",
      scopes: ["read"],
      expiresAt: null,
    });
  });
});

describe("the body", () => {
  const json = { "content-type": "application/json" };
  const sent = async (body: string | Buffer, headers: Readonly<Record<string, string>> = json) =>
    (await served.send("/v1/runs", { body, headers })).json();

  test("has to be declared as JSON", async () => {
    for (const type of [
      "text/plain",
      "application/x-www-form-urlencoded",
      "application/json;charset=latin1",
      "multipart/form-data",
    ])
      expect(await sent(JSON.stringify(start), { "content-type": type })).toMatchObject({ code: "ICE_MEDIA_TYPE" });
    expect(await sent("{}", {})).toMatchObject({ code: "ICE_MEDIA_TYPE" });
    expect(await sent("{}", { ...json, "content-encoding": "gzip" })).toMatchObject({ code: "ICE_MEDIA_TYPE" });
    expect(await sent(JSON.stringify(start), { "content-type": "application/json; charset=UTF-8" })).toHaveProperty(
      "runId",
    );
  });

  test.each([
    ["{", "not valid JSON"],
    ["[1]", "not a JSON object"],
    ["null", "not a JSON object"],
    ["", "not valid JSON"],
    [Buffer.from([0x7b, 0xff, 0x7d]), "not valid UTF-8"],
    [`{"workflow":"x","inputs":{"a":${"[".repeat(70)}${"]".repeat(70)}}}`, "deeper than 64"],
    [`{"a":`.repeat(100_000), "deeper than 64"],
    ['{"workflow":"x","inputs":{"__proto__":{"a":1}}}', "__proto__"],
    ['{"workflow":"x","inputs":{"a":[{"constructor":1}]}}', "constructor"],
    ['{"workflow":"x","inputs":{"a":12345678901234567890}}', "lose digits"],
  ])("%s is refused", async (body, detail) => {
    expect(await sent(body)).toMatchObject({ code: "ICE_REQUEST_INVALID", detail: expect.stringContaining(detail) });
  });

  test("has a limit, whether its length is declared or not", async () => {
    const large = JSON.stringify({ workflow: "x".repeat(3_000_000) });
    expect(await sent(large)).toMatchObject({ code: "ICE_REQUEST_TOO_LARGE" });
    const chunk = "x".repeat(0x10000);
    const chunks = `10000\r\n${chunk}\r\n`.repeat(40);
    const chunked = head(
      "POST /v1/runs HTTP/1.1",
      "host: localhost",
      `authorization: Bearer ${served.token}`,
      "content-type: application/json",
      "transfer-encoding: chunked",
    );
    expect(await served.raw(chunked + chunks, { until: /"code"/ })).toMatch(/^HTTP\/1\.1 413 /);
  });

  test.each([undefined, "none"])("that is refused is taken, so that its sender sees why (token: %s)", async (token) => {
    const length = 5_000_000;
    const socket = connect({ port: served.port, host: "127.0.0.1", allowHalfOpen: true });
    const errors: Error[] = [];
    let answer = "";
    socket.on("error", (error) => errors.push(error)).on("data", (chunk) => (answer += chunk.toString()));
    const closed = new Promise((resolve) => socket.once("close", resolve));
    const lines = ["POST /v1/runs HTTP/1.1", "host: localhost", "content-type: application/json"] as const;
    socket.write(head(...lines, `authorization: Bearer ${token ?? served.token}`, `content-length: ${length}`));
    await setTimeout(200);
    socket.end("x".repeat(length));
    await closed;
    expect(errors).toEqual([]);
    expect(answer).toMatch(token === undefined ? /^HTTP\/1\.1 413 / : /^HTTP\/1\.1 401 /);
  });

  test("that does not end delays its refusal by a second at most", async () => {
    const begun = performance.now();
    const text = head(
      "POST /v1/runs HTTP/1.1",
      "host: localhost",
      "content-type: application/json",
      "content-length: 9",
    );
    expect(await served.raw(text, { until: /"code"/ })).toMatch(/^HTTP\/1\.1 401 /);
    expect(performance.now() - begun).toBeLessThan(5000);
  });

  test("of an answer has a smaller one", async () => {
    const { json: problem } = await served.send("/v1/tasks/x", { json: { choice: "x".repeat(70_000) } });
    expect(problem()).toMatchObject({ code: "ICE_REQUEST_TOO_LARGE" });
  });

  test("has only the fields of its route, and a misspelt one is named", async () => {
    expect(await sent(JSON.stringify({ workflow: "greet", input: {} }))).toMatchObject({
      code: "ICE_REQUEST_INVALID",
      issues: [{ path: "/input", fix: 'did you mean "inputs"?' }],
    });
    expect(await sent(JSON.stringify({ ...start, tenant: "other" }))).toMatchObject({ code: "ICE_REQUEST_INVALID" });
  });
});

test("every answer has an id and protects itself, and none shows the machine", async () => {
  for (const path of ["/livez", "/v1/runs", "/v1/runs/unknown", "/v1/nothing"]) {
    const { headers, text } = await served.send(path);
    expect(headers).toMatchObject({
      "x-request-id": expect.stringMatching(/^[\w-]{36}$/),
      "x-content-type-options": "nosniff",
      "cache-control": "no-store",
      "referrer-policy": "no-referrer",
    });
    expect(text).not.toMatch(/\n\s+at |node_modules/);
  }
  expect(served.reports).toEqual([]);
});

test("a failure of the server is reported, and the caller learns the id only", async () => {
  const other = await serve();
  Object.defineProperty(other.runtime.workflows, "names", {
    value: () => {
      throw new Error("/secret/path is broken");
    },
  });
  const { status, json, headers } = await other.send("/v1/workflows");
  expect(status).toBe(500);
  expect(json()).toMatchObject({
    code: "ICE_INTERNAL",
    detail: expect.stringContaining(String(headers["x-request-id"])),
  });
  expect(JSON.stringify(json())).not.toContain("secret");
  expect(other.reports).toEqual([expect.stringContaining("/secret/path is broken")]);
  await other.close();
});
