import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { serve, type Served } from "./serve.ts";

const folder = mkdtempSync(join(tmpdir(), "ice-page-"));
mkdirSync(join(folder, "assets"));
writeFileSync(
  join(folder, "index.html"),
  '<!doctype html><title>ice</title><script type="module" src="/assets/a.js"></script>',
);
writeFileSync(join(folder, "assets/a.js"), "export {};");
writeFileSync(join(folder, "secret.txt"), "secret");
afterAll(() => rmSync(folder, { recursive: true }));

async function withPage(use: (served: Served) => Promise<void>): Promise<void> {
  const served = await serve({ assets: folder });
  try {
    await use(served);
  } finally {
    await served.close();
  }
}

test("the page is one's own, with a strict policy, at each of its addresses", async () => {
  await withPage(async ({ send }) => {
    for (const path of [
      "/",
      "/?theme=dark",
      "/runs",
      "/runs/some-run?at=a%5B1%5D.b",
      "/approvals",
      "/workflows/greet",
    ]) {
      const answer = await send(path, { token: null });
      expect(answer.status).toBe(200);
      expect(answer.headers).toMatchObject({
        "content-type": "text/html; charset=utf-8",
        "content-security-policy": expect.stringMatching(/^default-src 'none'.*frame-ancestors 'none'/),
        "x-frame-options": "DENY",
        "referrer-policy": "no-referrer",
        "x-content-type-options": "nosniff",
        "cache-control": "no-store",
      });
      expect(answer.text).toContain("<title>ice</title>");
    }
    const asset = await send("/assets/a.js", { token: null });
    expect(asset).toMatchObject({ status: 200, text: "export {};" });
    expect(asset.headers["cache-control"]).toBe("public, max-age=31536000, immutable");
    expect((await send("/", { token: null, method: "HEAD" })).text).toBe("");
    expect((await send("/", { token: null, method: "POST" })).status).toBe(405);
  });
});

test("a browser sees the page at an unknown address, and a program a problem", async () => {
  await withPage(async ({ send }) => {
    const open = (path: string, accept: string, method = "GET"): ReturnType<typeof send> =>
      send(path, { token: null, method, headers: { accept } });
    const html = "text/html,application/xhtml+xml,*/*;q=0.8";
    for (const path of ["/foo/bar", "/runs/a/b/c", "/approval"]) {
      const page = await open(path, html);
      expect(page).toMatchObject({ status: 404, text: expect.stringContaining("<title>ice</title>") });
      expect(page.headers["content-security-policy"]).toMatch(/^default-src 'none'/);
      expect((await open(path, "application/json")).json()).toMatchObject({ code: "ICE_ROUTE_NOT_FOUND" });
      expect((await open(path, html, "POST")).json()).toMatchObject({ code: "ICE_ROUTE_NOT_FOUND" });
    }
    for (const path of ["/v1/foo", "/v1", "/mcp/x", "/assets/gone.js", "/assets/a/b", "/livez/x"])
      expect((await open(path, html)).json(), path).toMatchObject({ status: 404, code: "ICE_ROUTE_NOT_FOUND" });
  });
});

test("no address leads out of the folder of the page", async () => {
  await withPage(async ({ send, raw }) => {
    for (const path of [
      "/..%2f..%2fpackage.json",
      "/assets/..%2fsecret.txt",
      "/assets/..%2findex.html",
      "/assets/%2e%2e%2fsecret.txt",
      "/assets/..%5csecret.txt",
      "/assets/a.js%00",
      "/secret.txt",
      "/assets/",
    ])
      expect([400, 404], path).toContain((await send(path, { token: null })).status);
    for (const target of ["/assets/../../../etc/passwd", "/assets/..\\secret.txt", "/../secret.txt"])
      expect(await raw(`GET ${target} HTTP/1.1\r\nhost: localhost\r\n\r\n`, { until: /\r\n/ })).toMatch(
        /^HTTP\/1\.1 40[04] /,
      );
  });
});

test("without the page there is the API alone", async () => {
  const served = await serve();
  expect((await served.send("/", { token: null })).status).toBe(404);
  expect((await served.send("/v1/session", { token: null, method: "POST", json: { once: "x" } })).status).toBe(401);
  await served.close();
});

test("the link of the page works once", async () => {
  await withPage(async ({ send, createLinkSecret, url }) => {
    const post = (once: unknown, headers = {}): ReturnType<typeof send> =>
      send("/v1/session", { method: "POST", token: null, json: { once }, headers });
    const once = createLinkSecret();
    const wrong = await post("wrong");
    expect(wrong.status).toBe(401);
    expect(wrong.json()).toMatchObject({ code: "ICE_AUTH_INVALID" });
    expect((await post(7)).status).toBe(400);
    expect((await post(once, { origin: "https://evil.example.com" })).status).toBe(403);
    const created = await post(once, { origin: url });
    expect(created.status).toBe(201);
    const { token, expiresAt } = created.json();
    expect(expiresAt).toBeGreaterThan(Date.now() + 11 * 3_600_000);
    const me = await send("/v1/me", { token: token as string });
    expect(me.json()).toMatchObject({ tenant: "default", name: "owner", scopes: expect.arrayContaining(["act-as"]) });
    expect((await post(once)).status).toBe(401);
    expect((await send("/v1/me", { token: `${token as string}x` })).status).toBe(401);
  });
});

test("secrets of links cannot be guessed", async () => {
  await withPage(async ({ send }) => {
    const statuses = new Set<number>();
    for (let count = 0; count < 22; count += 1)
      statuses.add((await send("/v1/session", { method: "POST", token: null, json: { once: `${count}` } })).status);
    expect(statuses).toEqual(new Set([401, 429]));
  });
});
