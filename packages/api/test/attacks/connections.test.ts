import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { host, lines, statusesOf } from "./raw-requests.ts";
import { openScene, problemOf, type Scene } from "./scene.ts";

let scene: Scene;
beforeAll(async () => {
  scene = await openScene();
});
afterAll(async () => {
  expect(scene.reports).toEqual([]);
  await scene.close();
});

describe("a token", () => {
  const id = "ice_aaaaaaaaaaaa_";
  test.each([
    "",
    "ice_",
    "undefined",
    "null",
    `${id}${"b".repeat(43)}`,
    `${id}${"b".repeat(42)}`,
    `${id}${"b".repeat(44)}`,
    "__proto__",
    "x".repeat(5000),
    "' OR 1=1 --",
    "\u00e9\u00e9",
  ])("%s is wrong", async (token) => {
    expect(problemOf(await scene.send("/v1/me", { token }))).toEqual([401, "ICE_AUTH_INVALID"]);
  });

  const schemes: readonly (readonly [string, (token: string) => string, number])[] = [
    ["Basic", (token) => `Basic ${Buffer.from(`kim:${token}`).toString("base64")}`, 401],
    ["no scheme", (token) => token, 401],
    ["two tokens", (token) => `Bearer ${token} ${token}`, 401],
    ["a list", (token) => `Bearer ${token}, Bearer ${token}`, 401],
    ["quotes", (token) => `Bearer "${token}"`, 401],
    ["a letter more", (token) => `Bearer ${token}x`, 401],
    ["a letter less", (token) => `Bearer ${token.slice(0, -1)}`, 401],
    ["another case", (token) => `Bearer ${token.toUpperCase()}`, 401],
    ["another case of the scheme", (token) => `bearer ${token}`, 200],
  ];
  test.each(schemes)("with %s", async (_name, write, status) => {
    const headers = { authorization: write(scene.token) };
    expect((await scene.send("/v1/me", { token: null, headers })).status).toBe(status);
  });

  test("is read from the one header alone", async () => {
    const { token } = scene;
    for (const name of ["cookie", "x-api-key", "proxy-authorization", "x-authorization"])
      for (const value of [token, `Bearer ${token}`, `token=${token}`])
        expect((await scene.send("/v1/me", { token: null, headers: { [name]: value } })).status).toBe(401);
  });

  test("headers name no tenant", async () => {
    for (const name of ["x-tenant", "tenant", "x-forwarded-user", "x-ice-tenant"]) {
      const answer = await scene.send("/v1/me", { token: scene.foreign, headers: { [name]: "default" } });
      expect(answer.json()).toMatchObject({ name: "eve", tenant: "other" });
    }
  });

  test("wrong ones are counted by address, whatever it says of itself, and right ones still pass", async () => {
    const other = await openScene({ limits: { wrongTokensPerMinute: 3 } });
    const answers = [];
    for (let count = 0; count < 5; count += 1)
      answers.push(
        await other.send("/v1/me", { token: "wrong", headers: { "x-forwarded-for": `203.0.113.${count}` } }),
      );
    expect(answers.map(({ status }) => status)).toEqual([401, 401, 401, 429, 429]);
    expect(Number(answers.at(-1)!.headers["retry-after"])).toBeGreaterThan(0);
    expect((await other.send("/v1/session", { json: { once: "guess" } })).status).toBe(429);
    expect((await other.send("/v1/me")).status).toBe(200);
    await other.close();
  });
});

describe("a connection", () => {
  const me = (token: string): string => `GET /v1/me HTTP/1.1\r\n${host}\r\nauthorization: Bearer ${token}\r\n\r\n`;

  test("each of many requests at once is checked by itself", async () => {
    const last = lines("GET /livez HTTP/1.1", host);
    const answer = await scene.raw(
      `${me(scene.token)}${me("wrong")}${me(scene.foreign)}GET /v1/me HTTP/1.1\r\n${host}\r\n\r\n${last}`,
    );
    expect(statusesOf(answer)).toEqual([200, 401, 200, 401, 200].map((status) => `HTTP/1.1 ${status}`));
    expect(answer.match(/"tenant":"\w+"/g)).toEqual(['"tenant":"default"', '"tenant":"other"']);
  });

  test.each([
    ["two lengths", ["content-length: 4", "content-length: 5"]],
    ["a length and chunks", ["content-length: 4", "transfer-encoding: chunked"]],
    ["an unknown coding", ["transfer-encoding: gzip"]],
    ["a coding behind chunks", ["transfer-encoding: chunked, identity"]],
    ["a length that is no number", ["content-length: 4x"]],
    ["a negative length", ["content-length: -1"]],
    ["a folded header", ["x: a", " content-length: 4"]],
    ["a blank before the colon", ["content-length : 4"]],
    ["a NUL in a header", ["x: a\0b"]],
  ])("a message with %s is refused, and what follows is not read", async (_name, headers) => {
    const hidden = lines("GET /livez HTTP/1.1", host);
    const request = ["POST /v1/session HTTP/1.1", host, "content-type: application/json", ...headers].join("\r\n");
    expect(statusesOf(await scene.raw(`${request}\r\n\r\n0\r\n\r\n${hidden}`))).toEqual(["HTTP/1.1 400"]);
  });

  test("an expectation is met only after the checks", async () => {
    const request = ["POST /v1/runs HTTP/1.1", host, "content-type: application/json", "content-length: 9"];
    const answer = await scene.raw(lines(...request, "expect: 100-continue"), { until: /"code"/ });
    expect(statusesOf(answer).at(-1)).toBe("HTTP/1.1 401");
  });

  test("another protocol is not switched to", async () => {
    const upgrade = ["upgrade: websocket", "sec-websocket-version: 13", "sec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA=="];
    const answer = await scene.raw(
      `GET /livez HTTP/1.1\r\n${host}\r\nconnection: upgrade\r\n${upgrade.join("\r\n")}\r\n\r\n`,
      {
        until: /\r\n\r\n/,
      },
    );
    expect(statusesOf(answer)).toEqual(["HTTP/1.1 200"]);
    expect(statusesOf(await scene.raw(lines("CONNECT evil.test:80 HTTP/1.1", host)))).not.toContain("HTTP/1.1 200");
  });
});
