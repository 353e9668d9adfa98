import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { host, lines, statusesOf } from "./raw-requests.ts";
import { openScene, problemOf, type Scene } from "./scene.ts";

let scene: Scene;
beforeAll(async () => {
  scene = await openScene({ allowedHosts: ["ice.test"], allowedOrigins: ["https://page.test"] });
});
afterAll(async () => {
  expect(scene.reports).toEqual([]);
  await scene.close();
});

describe("the host", () => {
  test.each([
    "evil.test",
    "127.0.0.1.nip.io",
    "localhost.",
    "localhost.evil.test",
    "localhost@evil.test",
    "evil.test#localhost",
    "localhost:80:80",
    "localhost:",
    "localhost:999999",
    "[::1].evil",
    "[::1",
    "[::ffff:127.0.0.1]",
    "0.0.0.0",
    "2130706433",
    "127.1",
    "ice.test.evil.test",
    "notice.test",
    "__proto__",
  ])("%s is refused before anything else", async (name) => {
    expect(problemOf(await scene.send("/v1/nothing", { headers: { host: name }, token: null }))).toEqual([
      421,
      "ICE_HOST_DENIED",
    ]);
  });

  test.each(["localhost", "LOCALHOST:80", "127.0.0.1:4747", "[::1]:1", "ice.test"])("%s is known", async (name) => {
    expect((await scene.send("/livez", { headers: { host: name } })).status).toBe(200);
  });

  test.each([
    ["two headers", ["GET /livez HTTP/1.1", host, "host: evil.test"], 421],
    ["two equal headers", ["GET /livez HTTP/1.1", host, host], 421],
    ["two names in one header", ["GET /livez HTTP/1.1", "host: localhost, evil.test"], 421],
    ["no header, HTTP/1.0", ["GET /livez HTTP/1.0"], 421],
    ["no header, HTTP/1.1", ["GET /livez HTTP/1.1"], 400],
    ["an empty header", ["GET /livez HTTP/1.1", "host: "], 421],
    ["another one in the target", ["GET http://evil.test/livez HTTP/1.1", host], 421],
    ["a user in the target", ["GET http://localhost@evil.test/livez HTTP/1.1", host], 421],
    ["the other one behind a backslash", ["GET http://evil.test\\@localhost/livez HTTP/1.1", host], 400],
    ["forwarded ones have no effect", ["GET /livez HTTP/1.1", host, "x-forwarded-host: evil.test"], 200],
    ["its own one in the target", ["GET http://localhost/livez HTTP/1.1", host], 200],
    ["HTTP/1.0", ["GET /livez HTTP/1.0", host], 200],
  ] as const)("%s: %j is answered by %i", async (_name, request, status) => {
    expect(statusesOf(await scene.raw(lines(...request)))).toEqual([`HTTP/1.1 ${status}`]);
  });
});

describe("the origin", () => {
  test.each([
    "https://evil.test",
    "null",
    "",
    "file://",
    "http://localhost:1",
    "http://127.0.0.1",
    "https://127.0.0.1:4747",
    "https://page.test.evil.test",
    "http://page.test",
    "https://page.test:8443",
    "https://page.test, https://evil.test",
    "https://PAGE.test",
  ])("%s is refused", async (origin) => {
    const answer = await scene.send("/v1/runs", { headers: { origin } });
    expect(problemOf(answer)).toEqual([403, "ICE_ORIGIN_DENIED"]);
    expect(answer.headers).not.toHaveProperty("access-control-allow-origin");
  });

  test("its own and allowed ones pass", async () => {
    expect((await scene.send("/v1/runs", { headers: { origin: scene.url } })).status).toBe(200);
    expect((await scene.send("/v1/runs", { headers: { origin: "https://page.test" } })).status).toBe(200);
  });
});

describe("the target", () => {
  test.each(["*", "livez", "ftp://localhost/livez", "javascript:alert(1)", "http:/livez", "?x", "//"])(
    "%s is no path",
    async (target) => {
      expect(statusesOf(await scene.raw(lines(`OPTIONS ${target} HTTP/1.1`, host)))).toEqual([
        target === "//" ? "HTTP/1.1 404" : "HTTP/1.1 400",
      ]);
    },
  );

  test.each([
    ["/v1/runs/", 404, "ICE_ROUTE_NOT_FOUND"],
    ["/v1//runs", 404, "ICE_ROUTE_NOT_FOUND"],
    ["//v1/runs", 404, "ICE_ROUTE_NOT_FOUND"],
    ["//evil.test/v1/runs", 404, "ICE_ROUTE_NOT_FOUND"],
    ["/\\evil.test/v1/runs", 404, "ICE_ROUTE_NOT_FOUND"],
    ["/v1\\runs", 404, "ICE_ROUTE_NOT_FOUND"],
    ["/V1/runs", 404, "ICE_ROUTE_NOT_FOUND"],
    ["/v1/runs;x=1", 404, "ICE_ROUTE_NOT_FOUND"],
    ["/v1/%72uns", 404, "ICE_ROUTE_NOT_FOUND"],
    ["/v1/runs%2fasks", 404, "ICE_ROUTE_NOT_FOUND"],
    ["/v1/runs%3flimit=1", 404, "ICE_ROUTE_NOT_FOUND"],
    ["/__proto__", 404, "ICE_ROUTE_NOT_FOUND"],
    ["/v1/constructor", 404, "ICE_ROUTE_NOT_FOUND"],
    ["/v1/runs/%2e%2e%2fme", 404, "ICE_RUN_NOT_FOUND"],
    ["/v1/runs/..%2f..%2fme", 404, "ICE_RUN_NOT_FOUND"],
    ["/v1/runs/asks%2fevents", 404, "ICE_RUN_NOT_FOUND"],
    ["/v1/runs/%252e%252e", 404, "ICE_RUN_NOT_FOUND"],
    ["/v1/runs/asks%20", 404, "ICE_RUN_NOT_FOUND"],
    ["/v1/runs/ASKS", 404, "ICE_RUN_NOT_FOUND"],
    ["/v1/runs/__proto__", 404, "ICE_RUN_NOT_FOUND"],
    ["/v1/runs/' OR 1=1 --".replaceAll(" ", "%20"), 404, "ICE_RUN_NOT_FOUND"],
    ["/v1/runs/%f0%9f%a7%8a", 404, "ICE_RUN_NOT_FOUND"],
    ["/v1/runs/asks/nodes/__proto__", 404, "ICE_NODE_NOT_FOUND"],
    ["/v1/runs/asks/nodes/toString", 404, "ICE_NODE_NOT_FOUND"],
    ["/v1/runs/asks/nodes/..%2fask", 404, "ICE_NODE_NOT_FOUND"],
    ["/v1/node-types/__proto__", 404, "ICE_NODE_TYPE_UNKNOWN"],
    ["/v1/node-types/hasOwnProperty", 404, "ICE_NODE_TYPE_UNKNOWN"],
    ["/v1/blueprints/__proto__", 404, "ICE_BLUEPRINT_NOT_FOUND"],
    ["/v1/blueprints/..%2f..%2fetc%2fpasswd", 404, "ICE_BLUEPRINT_NOT_FOUND"],
    ["/v1/blueprints/kept?revision=0", 400, "ICE_REQUEST_INVALID"],
    ["/v1/blueprints/kept?revision=-1", 400, "ICE_REQUEST_INVALID"],
    ["/v1/blueprints/kept?revision=9007199254740993", 400, "ICE_REQUEST_INVALID"],
    ["/v1/runs/%ff", 400, "ICE_REQUEST_INVALID"],
    ["/v1/runs/%c0%ae", 400, "ICE_REQUEST_INVALID"],
    ["/v1/runs/%ed%a0%80", 400, "ICE_REQUEST_INVALID"],
    ["/v1/runs/%00", 400, "ICE_REQUEST_INVALID"],
    ["/v1/runs/%", 400, "ICE_REQUEST_INVALID"],
    ["/v1/runs/a%0d%0aset-cookie:%20x", 400, "ICE_REQUEST_INVALID"],
    [`/v1/runs/${"x".repeat(2001)}`, 400, "ICE_REQUEST_INVALID"],
    ["/v1/runs?limit=1&limit=2", 400, "ICE_REQUEST_INVALID"],
    ["/v1/runs?limit=1&limit=1", 400, "ICE_REQUEST_INVALID"],
    ["/v1/runs?limit=1e1", 400, "ICE_REQUEST_INVALID"],
    ["/v1/runs?limit=", 400, "ICE_REQUEST_INVALID"],
    ["/v1/runs?limit=0", 400, "ICE_REQUEST_INVALID"],
    ["/v1/runs?limit=201", 400, "ICE_REQUEST_INVALID"],
    ["/v1/runs?limit[]=1", 400, "ICE_REQUEST_INVALID"],
    ["/v1/runs?status=failed,toString", 400, "ICE_REQUEST_INVALID"],
    ["/v1/runs?status=", 400, "ICE_REQUEST_INVALID"],
    ["/v1/runs?since=yesterday", 400, "ICE_REQUEST_INVALID"],
    ["/v1/runs?since=9999-99-99T99:99Z", 400, "ICE_REQUEST_INVALID"],
    [`/v1/runs?workflow=${"x".repeat(257)}`, 400, "ICE_REQUEST_INVALID"],
    [`/v1/runs?cursor=${"x".repeat(2001)}`, 400, "ICE_REQUEST_INVALID"],
    ["/v1/runs?cursor=", 400, "ICE_CURSOR_INVALID"],
    ["/v1/runs?cursor=WzEsMV0.AAAA", 400, "ICE_CURSOR_INVALID"],
    ["/v1/tasks?cursor=a.b.c", 400, "ICE_CURSOR_INVALID"],
    ["/v1/tasks?runId=..%2fdone", 404, "ICE_RUN_NOT_FOUND"],
    ["/v1/runs/asks/nodes?cursor=__proto__", 400, "ICE_CURSOR_INVALID"],
    ["/v1/runs/asks/nodes?status=running%00", 400, "ICE_REQUEST_INVALID"],
    ["/v1/blueprints?cursor=x", 400, "ICE_CURSOR_INVALID"],
    ["/v1/blueprints?cursor=%00", 400, "ICE_CURSOR_INVALID"],
    ["/v1/blueprints/kept/revisions?cursor=YWZ0ZXIgeA", 400, "ICE_CURSOR_INVALID"],
    ["/v1/runs/asks/events?after=1", 400, "ICE_POSITION_INVALID"],
    ["/v1/runs/asks/events?after=-1.0", 400, "ICE_POSITION_INVALID"],
    ["/v1/runs/asks/events?after=1.0.0", 400, "ICE_POSITION_INVALID"],
    ["/v1/runs/asks/events?after=1e3.0", 400, "ICE_POSITION_INVALID"],
    ["/v1/runs/asks/events?after=01.0", 400, "ICE_POSITION_INVALID"],
    ["/v1/runs/asks/events?after=%201.0", 400, "ICE_POSITION_INVALID"],
    ["/v1/runs/asks/events?after=999.0", 400, "ICE_POSITION_INVALID"],
    ["/v1/runs/asks/events?after=0.999", 400, "ICE_POSITION_INVALID"],
    ["/v1/runs/asks/events?after=9007199254740993.0", 400, "ICE_POSITION_INVALID"],
    [`/v1/runs/asks/events?after=${"9".repeat(41)}`, 400, "ICE_REQUEST_INVALID"],
  ] as const)("%s is answered by %i %s", async (path, status, code) => {
    const answer = await scene.send(path);
    expect(problemOf(answer)).toEqual([status, code]);
    expect(answer.headers).not.toHaveProperty("set-cookie");
    expect(answer.text).not.toMatch(/\n\s+at |node_modules|SELECT/);
  });

  test("a position that no header may have is refused like one of the query", async () => {
    for (const position of ["", "1", "x", "1.0, 2.0", "999.0", "1.0\u00e9"])
      expect(
        problemOf(await scene.send("/v1/runs/asks/events", { headers: { "last-event-id": position } })),
        position,
      ).toEqual([400, "ICE_POSITION_INVALID"]);
  });

  test("dots that a client would have resolved lead nowhere else", async () => {
    // They are segments of the path as it is resolved: none leaves the routes, and none changes who is asked for a token.
    for (const [path, status] of [
      ["/v1/runs/../me", 401],
      ["/v1/runs/%2e%2e/me", 401],
      ["/v1/../../../etc/passwd", 404],
      ["/assets/../../package.json", 404],
    ] as const)
      expect((await scene.send(path, { token: null })).status, path).toBe(status);
  });
});
