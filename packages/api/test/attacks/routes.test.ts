import { accessScopes } from "@ice/core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { routes } from "../../src/routes/routes.ts";
import { casesWithBody, closedCases, routeCases, type RouteCase } from "./routes.ts";
import { openScene, problemOf, sizes, type Scene } from "./scene.ts";

let scene: Scene;
beforeAll(async () => {
  scene = await openScene();
});
afterAll(async () => {
  expect(scene.reports).toEqual([]);
  await scene.close();
});

/** What an attack changes, and the answer to it. */
const wrong = {
  host: { headers: { host: "evil.test" } },
  origin: { headers: { origin: "https://evil.test" } },
  token: { token: "ice_aaaaaaaaaaaa_bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb" },
} as const;

describe("the request without an attack has its own answer", () => {
  test.each(routeCases)("$name", async (one) => {
    const { status, headers } = await scene.attack(one);
    expect(status).toBe(one.status);
    expect(headers).toMatchObject({
      "cache-control": "no-store",
      "referrer-policy": "no-referrer",
      "x-content-type-options": "nosniff",
      "x-request-id": expect.stringMatching(/^[\w-]{36}$/),
    });
    expect(headers).not.toHaveProperty("access-control-allow-origin");
  });
});

describe("another host", () => {
  test.each(routeCases)("$name", async (one) => {
    expect(problemOf(await scene.attack(one, wrong.host))).toEqual([421, "ICE_HOST_DENIED"]);
  });
});

describe("the page of another site", () => {
  test.each(routeCases)("$name", async (one) => {
    const answer = await scene.attack(one, wrong.origin);
    expect(problemOf(answer)).toEqual([403, "ICE_ORIGIN_DENIED"]);
    expect(answer.headers).not.toHaveProperty("access-control-allow-origin");
  });
});

describe("no token", () => {
  test.each(closedCases)("$name", async (one) => {
    const answer = await scene.attack(one, { token: null });
    expect(problemOf(answer)).toEqual([401, "ICE_AUTH_REQUIRED"]);
    expect(answer.headers["www-authenticate"]).toBe("Bearer");
  });
});

describe("a wrong token", () => {
  test.each(closedCases)("$name", async (one) => {
    const answer = await scene.attack(one, wrong.token);
    expect(problemOf(answer)).toEqual([401, "ICE_AUTH_INVALID"]);
    expect(answer.headers["www-authenticate"]).toBe("Bearer");
  });
});

describe("a token with every scope but the one", () => {
  test.each(closedCases.filter(({ scope }) => scope !== "any"))("$name wants $scope", async (one) => {
    const token = await scene.tokenFor(
      "eve",
      accessScopes.filter((scope) => scope !== one.scope),
    );
    const answer = await scene.attack(one, { token });
    expect(problemOf(answer)).toEqual([403, "ICE_SCOPE_MISSING"]);
    expect(answer.json()["fix"]).toContain(`--scope ${one.scope}`);
  });
});

describe("the token of another tenant", () => {
  test.each(closedCases.filter(({ foreign }) => foreign !== undefined))("$name: $foreign", async (one) => {
    const answer = await scene.attack(one, { token: scene.foreign });
    if (one.foreign!.startsWith("ICE_")) expect(problemOf(answer)).toEqual([404, one.foreign]);
    else expect(answer.json()).toMatchObject({ [one.foreign!]: [] });
    expect(answer.text).not.toMatch(/asking|Go on/);
  });
});

describe("too many requests", () => {
  let limited: Scene;
  beforeAll(async () => {
    limited = await openScene({ limits: { requestsPerSecond: 1, burst: 20 }, now: () => 0 });
  });
  afterAll(() => limited.close());

  test.each(closedCases)("$name", async (one) => {
    const token = await limited.tokenFor("eve", accessScopes);
    for (let count = 0; count < 20; count += 1) await limited.send("/v1/me", { token });
    const answer = await limited.attack(one, { token });
    expect(problemOf(answer)).toEqual([429, "ICE_RATE_LIMITED"]);
    expect(answer.headers["retry-after"]).toBe("1");
  });
});

describe("another method", () => {
  const methodsOf = ({ pattern }: RouteCase): readonly string[] =>
    routes.flatMap(({ method, path }) => (path !== pattern ? [] : method === "GET" ? ["GET", "HEAD"] : [method]));

  test.each(routeCases.flatMap((one) => ["TRACE", "PATCH", "OPTIONS"].map((method) => ({ ...one, wrong: method }))))(
    "$wrong instead of $name",
    async (one) => {
      const answer = await scene.attack(one, { method: one.wrong, token: null });
      expect(problemOf(answer)).toEqual([405, "ICE_METHOD_NOT_ALLOWED"]);
      expect(answer.headers.allow?.split(", ")).toEqual(methodsOf(one));
    },
  );
});

describe("an unknown name in the query", () => {
  test.each(routeCases)("$name", async (one) => {
    for (const query of ["unknown=1", `access_token=${scene.token}`, "__proto__=1", "toString=1"])
      expect(problemOf(await scene.attack(one, { path: `${one.path}?${query}` }))).toEqual([
        400,
        "ICE_REQUEST_INVALID",
      ]);
  });
});

describe("another media type", () => {
  const types = [
    "text/plain",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "application/json; charset=latin1",
    "application/jsonp",
    "",
  ];
  test.each(casesWithBody)("$name", async (one) => {
    for (const type of types)
      expect(problemOf(await scene.attack(one, { headers: { "content-type": type } }))).toEqual([
        415,
        "ICE_MEDIA_TYPE",
      ]);
    const compressed = await scene.attack(one, { headers: { "content-encoding": "gzip" } });
    expect(problemOf(compressed)).toEqual([415, "ICE_MEDIA_TYPE"]);
  });
});

describe("a body with a byte too much", () => {
  test.each(casesWithBody)("$name", async (one) => {
    const { bodyLimit = "bodyBytes" } = routes.find(({ method, path }) => `${method} ${path}` === one.name)!;
    const headers = { "content-type": "application/json" };
    const largest = JSON.stringify(one.json).padEnd(sizes[bodyLimit]);
    expect((await scene.attack(one, { body: largest, headers })).status).toBe(one.status);
    const answer = await scene.attack(one, { body: `${largest} `, headers });
    expect(problemOf(answer)).toEqual([413, "ICE_REQUEST_TOO_LARGE"]);
  });
});

describe("a body that is no JSON object", () => {
  const bodies: Readonly<Record<string, readonly [string | Buffer, string]>> = {
    "cut off": ["{", "not valid JSON"],
    "two of them": ["{}{}", "not valid JSON"],
    "a list": ["[{}]", "not a JSON object"],
    null: ["null", "not a JSON object"],
    "no UTF-8": [Buffer.from([0x7b, 0xff, 0x7d]), "not valid UTF-8"],
    "too deep": [`${'{"a":'.repeat(65)}1${"}".repeat(65)}`, "deeper than 64"],
    "the key __proto__": ['{"__proto__":{"scopes":["read"]}}', "__proto__"],
    "the key constructor": ['{"a":[{"constructor":{"prototype":1}}]}', "constructor"],
    "too many digits": ['{"a":12345678901234567890}', "lose digits"],
  };
  test.each(casesWithBody.flatMap((one) => Object.keys(bodies).map((body) => ({ ...one, body }))))(
    "$name: $body",
    async ({ body: name, ...one }) => {
      const [body, detail] = bodies[name]!;
      const answer = await scene.attack(one, { body, headers: { "content-type": "application/json" } });
      expect(problemOf(answer)).toEqual([400, "ICE_REQUEST_INVALID"]);
      expect(answer.json()["detail"]).toContain(detail);
    },
  );
});

describe("a field that only the server sets", () => {
  test.each(casesWithBody.filter(({ name }) => name !== "POST /mcp"))("$name", async (one) => {
    for (const field of ["tenant", "createdBy", "by", "hosted", "status", "scopes"])
      expect(problemOf(await scene.attack(one, { json: { ...one.json, [field]: "default" } }))).toEqual([
        400,
        "ICE_REQUEST_INVALID",
      ]);
  });
});

test("of several faults the first one of the order is reported", async () => {
  const reader = await scene.tokenFor("reader", ["read"]);
  const type = { "content-type": "application/json" };
  const plain = { "content-type": "text/plain" };
  const start = "/v1/runs";
  const answers = [
    await scene.send("/v1/nothing", {
      body: "{",
      headers: { ...plain, ...wrong.host.headers, ...wrong.origin.headers },
    }),
    await scene.send("/v1/nothing", { body: "{", headers: { ...plain, ...wrong.origin.headers }, ...wrong.token }),
    await scene.send("/v1/nothing", { body: "{", headers: plain, ...wrong.token }),
    await scene.send(start, { body: "{", headers: plain, ...wrong.token }),
    await scene.send(start, { body: "{", headers: plain, token: reader }),
    await scene.send(start, { body: "{".repeat(sizes.bodyBytes + 1), headers: plain }),
    await scene.send(start, { body: "{".repeat(sizes.bodyBytes + 1), headers: type }),
    await scene.send(start, { body: '{"runId":"../x",', headers: type }),
    await scene.send(start, { json: { runId: "../x" } }),
    await scene.send(start, { json: { workflow: "unknown" } }),
  ];
  expect(answers.map((answer) => problemOf(answer)[1])).toEqual([
    "ICE_HOST_DENIED",
    "ICE_ORIGIN_DENIED",
    "ICE_ROUTE_NOT_FOUND",
    "ICE_AUTH_INVALID",
    "ICE_SCOPE_MISSING",
    "ICE_MEDIA_TYPE",
    "ICE_REQUEST_TOO_LARGE",
    "ICE_REQUEST_INVALID",
    "ICE_REQUEST_INVALID",
    "ICE_WORKFLOW_UNKNOWN",
  ]);
});
