import type { IncomingHttpHeaders, RequestListener, ServerResponse } from "node:http";
import type { Json } from "@ice/core";
import { createEgressClient } from "@ice/host";
import { serveHttp, serveTcp } from "@ice/testing";
import { describe, expect, onTestFinished, test } from "vitest";
import { httpRequest } from "../src/http/http-request.ts";
import { callTool } from "./call-tool.ts";

interface Seen {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

interface Server {
  readonly host: string;
  readonly seen: Seen[];
}

/** A server that keeps what it was asked, and answers with it unless the test says otherwise. */
async function serve(answer?: (response: ServerResponse, seen: Seen) => void): Promise<Server> {
  const seen: Seen[] = [];
  const onRequest: RequestListener = ({ method, url, headers, ...request }, response) => {
    void request;
    let body = "";
    response.req.setEncoding("utf8").on("data", (part: string) => (body += part));
    response.req.on("end", () => {
      const one = { method, url, headers, body };
      seen.push(one);
      if (answer === undefined)
        response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(one));
      else answer(response, one);
    });
  };
  const { host, close } = await serveHttp(onRequest);
  onTestFinished(() => close());
  return { host, seen };
}

function ask(allow: readonly string[], args: Json): Promise<Json> {
  const egress = createEgressClient({ allow });
  onTestFinished(() => egress.close());
  return callTool(httpRequest() as never, args, { egress });
}

describe("http_request", () => {
  test("sends its arguments, and returns the answer", async () => {
    const { host, seen } = await serve();
    const url = `http://${host}/a?b=c`;
    expect(await ask([host], { url })).toMatchObject({ status: 200, json: { method: "GET", url: "/a?b=c", body: "" } });
    await ask([host], { url, method: "PUT", headers: { "X-A": "1" }, body: "text" });
    await ask([host], { url, method: "POST", json: { n: [1, null] } });
    await ask([host], {
      url,
      method: "PATCH",
      json: null,
      headers: { "Content-Type": "application/merge-patch+json" },
    });
    expect(seen.slice(1)).toMatchObject([
      { method: "PUT", headers: { "x-a": "1" }, body: "text" },
      { method: "POST", headers: { "content-type": "application/json" }, body: '{"n":[1,null]}' },
      { method: "PATCH", headers: { "content-type": "application/merge-patch+json" }, body: "null" },
    ]);
    expect(seen[1]!.headers["content-type"]).toBeUndefined();
  });

  test.each([200, 201, 304, 400, 401, 403, 404, 409, 418, 501, 505])(
    "returns status %i as an answer",
    async (status) => {
      const { host } = await serve((response) => response.writeHead(status, { "x-kind": "k" }).end());
      expect(await ask([host], { url: `http://${host}/` })).toMatchObject({
        status,
        headers: { "x-kind": "k" },
        json: null,
      });
    },
  );

  test.each([408, 425, 429, 500, 502, 503, 504])("fails with status %i, which may be transient", async (status) => {
    const { host } = await serve((response) => response.writeHead(status, { "retry-after": "7" }).end("secret"));
    await expect(ask([host], { url: `http://${host}/path` })).rejects.toMatchObject({
      code: "ICE_EGRESS_FAILED",
      message: `http://${host} answered with status ${status}.`,
      retryable: true,
      retryAfterMs: 7000,
      details: { status },
    });
  });

  test.each<[string, string, Json]>([
    ["application/json", '{"a":[1]}', { a: [1] }],
    ["application/json; charset=utf-8", "1", 1],
    ["Application/Problem+JSON", '"x"', "x"],
    ["application/json", "{broken", null],
    ["application/json", "", null],
    ["application/json", "12345678901234567890123", null],
    ["application/json", `${"[".repeat(2000)}${"]".repeat(2000)}`, null],
    ["application/json", '{"__proto__":{"polluted":true},"b":1}', { b: 1 }],
    ["text/plain", '{"a":1}', null],
    ["application/jsonish", "1", null],
  ])("reads a body of %s as JSON: %.20s", async (type, body, json) => {
    const { host } = await serve((response) => response.writeHead(200, { "content-type": type }).end(body));
    expect(await ask([host], { url: `http://${host}/` })).toMatchObject({ body, json });
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });

  test("is bounded in time and bytes", async () => {
    const { host: silent } = await serve(() => {});
    await expect(ask([silent], { url: `http://${silent}/`, timeoutSeconds: 0.2 })).rejects.toMatchObject({
      code: "ICE_EGRESS_FAILED",
      message: expect.stringContaining("200 ms") as string,
    });
    const { host: full } = await serve((response) => response.end("x".repeat(1024 * 1024)));
    expect(await ask([full], { url: `http://${full}/` })).toMatchObject({ status: 200 });
    const { host: large } = await serve((response) => response.end("x".repeat(1024 * 1024 + 1)));
    await expect(ask([large], { url: `http://${large}/` })).rejects.toMatchObject({ code: "ICE_EGRESS_FAILED" });
  });

  test.each<[string, Json]>([
    ["a line break in a value", { headers: { "x-a": "1\r\nx-b: 2" } }],
    ["a line break in a name", { headers: { "x-a\r\nx-b": "1" } }],
    ["a colon in a name", { headers: { "x:a": "1" } }],
    ["no name", { headers: { "": "1" } }],
    ["a value beyond Latin-1", { headers: { "x-a": "日本" } }],
    ["a method of its own", { method: "CONNECT" }],
    ["a method in lower case", { method: "get" }],
    ["two bodies", { body: "a", json: 1 }],
    ["no time", { timeoutSeconds: 0 }],
    ["too much time", { timeoutSeconds: 3600 }],
    ["a field that it does not have", { retries: 3 }],
  ])("refuses %s", async (_, args) => {
    await expect(async () => ask([], { url: "http://127.0.0.1:1/", ...(args as object) })).rejects.toThrow();
  });
});

describe("D: hosts that are not on the list", () => {
  /** Each names the server, or something that it must not be taken for, in some way. */
  const spellings = [
    "http://localhost:PORT/",
    "http://127.1:PORT/",
    "http://127.0.0.1.nip.test:PORT/",
    "http://0x7f000001:PORT/",
    "http://2130706433:PORT/",
    "http://0177.0.0.1:PORT/",
    "http://0.0.0.0:PORT/",
    "http://[::1]:PORT/",
    "http://[::ffff:127.0.0.1]:PORT/",
    "http://１２７.０.０.１:PORT/",
    "http://127.0.0.1:PORT@evil.test/",
    "http://allowed.test@127.0.0.1:PORT/",
    "http://allowed.test:80@127.0.0.1:PORT/",
    "http://127.0.0.1:PORT\\@allowed.test/",
    "http:\\\\127.0.0.1:PORT/",
    "http:127.0.0.1:PORT/",
    "//127.0.0.1:PORT/",
    "https://127.0.0.1:PORT.allowed.test:PORT/",
    "http://allowed.test.:PORT/",
    "http://allowed.test%2f.evil.test/",
    "http://allowed.test#@127.0.0.1:PORT/",
    "http://evil.test/?http://allowed.test/",
    "http://169.254.169.254/latest/meta-data/",
    "http://[fd00:ec2::254]/latest/meta-data/",
    "http://metadata.google.internal/",
    "http://8.8.8.8/",
    "file:///etc/passwd",
    "ftp://allowed.test/",
    "gopher://127.0.0.1:PORT/_GET",
    "data:application/json,1",
    "unix:/var/run/docker.sock",
    "javascript:1",
    "http://",
    "allowed.test",
    " ",
  ];

  test.each(spellings)("%s", async (spelling) => {
    const { host, seen } = await serve();
    const url = spelling.replaceAll("PORT", host.split(":")[1]!);
    // Whatever the address is: `allowed.test` has no server, and only it is on the list.
    await expect(ask(["allowed.test"], { url, timeoutSeconds: 5 })).rejects.toMatchObject({
      code: expect.stringMatching(/^ICE_EGRESS_(?:DENIED|FAILED)$/) as string,
    });
    expect(seen).toEqual([]);
  });

  test.each([301, 302, 303, 307, 308])("not even after a redirect with status %i", async (status) => {
    const elsewhere = await serve();
    const { host, seen } = await serve((response) => {
      response.writeHead(status, { location: `http://${elsewhere.host}/stolen` }).end();
    });
    const request = { url: `http://${host}/`, headers: { authorization: "secret" } };
    await expect(ask([host], request)).rejects.toMatchObject({ code: "ICE_EGRESS_DENIED" });
    expect([seen.length, elsewhere.seen]).toEqual([1, []]);
  });
});

describe("headers", () => {
  test("of an answer are data, whatever their names", async () => {
    const { host, close } = await serveTcp((socket) =>
      socket.end(
        'HTTP/1.1 200 OK\r\n__proto__: a\r\nconstructor: b\r\ncontent-type: application/json\r\nconnection: close\r\n\r\n{"__proto__":{"a":1},"b":2}',
      ),
    );
    onTestFinished(() => close());
    const answer = await ask([host], { url: `http://${host}/` });
    expect(answer).toMatchObject({ status: 200, headers: { constructor: "b" }, json: { b: 2 } });
    const { headers, json } = answer as { readonly headers: object; readonly json: object };
    for (const value of [headers, json]) expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
  });

  test("are sent to the first origin only, and are not returned", async () => {
    const servers: Server[] = [];
    const elsewhere = await serve((response) => {
      response.writeHead(302, { location: `http://${servers[0]!.host}/back` }).end();
    });
    servers[0] = await serve((response, { url }) => {
      if (url === "/back") response.end("here");
      else response.writeHead(307, { location: `http://${elsewhere.host}/` }).end();
    });
    const first = servers[0];
    const answer = await ask([first.host, elsewhere.host], {
      url: `http://${first.host}/`,
      method: "POST",
      headers: { authorization: "secret", "x-key": "secret" },
      body: "secret",
    });
    expect(answer).toMatchObject({ status: 200, body: "here" });
    expect(JSON.stringify([elsewhere.seen, first.seen[1]])).not.toContain("secret");
    expect(first.seen[0]).toMatchObject({ method: "POST", headers: { "x-key": "secret" }, body: "secret" });
  });

  test.each([
    [302, "GET", ""],
    [303, "GET", ""],
    [307, "POST", "body"],
    [308, "POST", "body"],
  ])("are kept at the same origin: status %i leads to a %s", async (status, method, body) => {
    const { host, seen } = await serve((response, { url }) => {
      if (url === "/next") response.end("here");
      else response.writeHead(status, { location: "/next" }).end();
    });
    await ask([host], {
      url: `http://${host}/`,
      method: "POST",
      headers: { authorization: "secret", "content-type": "text/plain" },
      body: "body",
    });
    expect(seen[1]).toMatchObject({ method, headers: { authorization: "secret" }, body });
    expect(seen[1]!.headers["content-type"]).toBe(body === "" ? undefined : "text/plain");
  });
});
