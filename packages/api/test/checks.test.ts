import { connect } from "node:net";
import { setTimeout } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { greet, serve, type Served } from "./serve.ts";

// What attacks change of a request stands in the folder `attacks`; here is what they do not: what is accepted, and how it is refused.

let served: Served;
beforeAll(async () => {
  served = await serve({ workflows: [greet] });
});
afterAll(() => served.close());

const start = { workflow: "greet", inputs: { who: "kim" } };
const head = (line: string, ...headers: string[]): string =>
  `${[line, ...headers, "connection: close"].join("\r\n")}\r\n\r\n`;

test("HEAD has the headers of GET and no body", async () => {
  const { status, text, headers } = await served.send("/v1/me", { method: "HEAD" });
  expect([status, text, headers["content-type"]]).toEqual([200, "", "application/json"]);
});

test("a token permits what its scopes say", async () => {
  const token = await served.tokenFor("reader", ["read"]);
  expect((await served.send("/v1/me", { token })).json()).toEqual({
    name: "reader",
    tenant: "default",
    scopes: ["read"],
    expiresAt: null,
  });
});

describe("the body", () => {
  const json = { "content-type": "application/json" };
  const sent = async (body: string | Buffer, headers: Readonly<Record<string, string>> = json) =>
    (await served.send("/v1/runs", { body, headers })).json();

  test("may say that it is UTF-8", async () => {
    const headers = { "content-type": "application/json; charset=UTF-8" };
    expect(await sent(JSON.stringify(start), headers)).toHaveProperty("runId");
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

  test("has only the fields of its route, and a misspelt one is named", async () => {
    expect(await sent(JSON.stringify({ workflow: "greet", input: {} }))).toMatchObject({
      code: "ICE_REQUEST_INVALID",
      issues: [{ path: "/input", fix: 'did you mean "inputs"?' }],
    });
    expect(await sent(JSON.stringify({ ...start, tenant: "other" }))).toMatchObject({ code: "ICE_REQUEST_INVALID" });
  });
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
