import { serveHttp } from "@ice/testing";
import { describe, expect, onTestFinished, test } from "vitest";
import { blueprint, ice } from "./fake-terminal.ts";

const canary = "canary+0123/456789=abc";
const noCode = { ICE_ENABLE_WASM: "0" };

/** A run with a configuration, with the canary in the environment and in the file `key.txt`. */
const run = (config: object, nodes: readonly object[], flags: readonly string[] = ["--json"]) =>
  ice(["run", "w.json", ...flags], {
    env: { CANARY: canary },
    files: {
      "ice.config.mjs": `export default ${JSON.stringify(config)};`,
      "key.txt": `${canary}\n`,
      "w.json": blueprint(nodes),
    },
  });

async function echoServer(): Promise<{ readonly host: string; readonly keys: unknown[] }> {
  const keys: unknown[] = [];
  const { host, close } = await serveHttp((request, response) => {
    keys.push(request.headers["x-key"]);
    response.writeHead(request.url === "/busy" ? 503 : 200, { "content-type": "application/json" });
    response.end(JSON.stringify(request.headers));
  });
  onTestFinished(() => close());
  return { host, keys };
}

const request = (url: string, more: object = {}) => ({
  id: "a",
  type: "tool",
  toolName: "http_request",
  toolArgs: { url, headers: { "x-key": "secret://key" } },
  ...more,
});

describe("`secrets` of the configuration", () => {
  test.each([{ env: "CANARY" }, { file: "key.txt" }])("%j: the value is sent, and shown nowhere", async (from) => {
    const { host, keys } = await echoServer();
    const config = { secrets: { key: { ...from, hosts: [host] } }, allow: { http: [host] } };
    for (const flags of [["--json"], [], ["--quiet"]]) {
      const { code, stdout, stderr } = await run(config, [request(`http://${host}/`)], flags);
      expect(code).toBe(0);
      expect(stdout).toContain("[secret:key]");
      expect(stdout + stderr).not.toContain("canary");
    }
    const busy = await run(config, [request(`http://${host}/busy`)], []);
    expect(busy.code).toBe(1);
    expect(busy.stderr).toContain("answered with status 503");
    expect(busy.stdout + busy.stderr).not.toContain("canary");
    expect(keys).toEqual(Array.from({ length: 4 }, () => canary));
  });

  test("files with secrets are closed to tools", async () => {
    const { json } = await run({ secrets: { key: { file: "key.txt" } } }, [
      { id: "a", type: "tool", toolName: "text_read", toolArgs: { path: "key.txt" } },
    ]);
    expect(json).toMatchObject({ error: { code: "ICE_FILE_DENIED", path: "a" } });
  });

  test("hosts are asked only if `allow.http` lists them", async () => {
    const { host, keys } = await echoServer();
    const secrets = { key: { env: "CANARY", hosts: ["*"] } };
    const { json } = await run({ secrets }, [request(`http://${host}/`)]);
    expect(json).toMatchObject({
      error: { code: "ICE_EGRESS_DENIED", fix: `let the owner add "${host}" to \`allow.http\`` },
    });
    expect(keys).toEqual([]);
  });

  test.each<[object, string]>([
    [{ secrets: { key: { variable: "X" } } }, "secrets.key.variable"],
    [{ secrets: { key: "X" } }, "secrets.key"],
    [{ secrets: { key: {} } }, "secrets.key"],
    [{ secrets: { key: { env: "A", file: "b" } } }, "secrets.key"],
    [{ secrets: { "a key": { env: "A" } } }, "secrets.a key"],
    [{ secrets: { key: { env: "A", hosts: ["https://a.test"] } } }, "secrets.key.hosts"],
    [{ allow: { http: ["https://a.test"] } }, "allow.http"],
    [{ allow: { http: ["*"] } }, "allow.http"],
    [{ sandbox: { allow: { http: ["a.test"] } } }, "sandbox.allow.http"],
  ])("%j is refused, naming the field", async (config, field) => {
    const { code, json } = await run(config, [request("http://a.test/")]);
    expect(code).toBe(2);
    expect(json).toMatchObject({ error: { code: "ICE_USAGE", message: expect.stringContaining(field) as string } });
  });
});

describe("doctor", () => {
  const doctor = async (secrets: object) => {
    const { code, json } = await ice(["doctor", "--json"], {
      env: { ...noCode, CANARY: canary, EMPTY: "" },
      files: { "ice.config.mjs": `export default ${JSON.stringify({ secrets })};` },
    });
    expect(JSON.stringify(json)).not.toContain("canary");
    return { code, finding: (json as { checks: { check: string }[] }).checks.find(({ check }) => check === "secrets") };
  };

  test("names secrets without a value", async () => {
    const secrets = { a: { env: "CANARY" }, b: { env: "EMPTY" }, c: { file: "missing" } };
    expect(await doctor(secrets)).toEqual({
      code: 1,
      finding: { check: "secrets", ok: false, detail: "no value: b, c", fix: expect.any(String) as string },
    });
    expect(await doctor({ a: { env: "CANARY" } })).toMatchObject({ code: 0, finding: { ok: true } });
    expect(await doctor({})).toEqual({ code: 0, finding: undefined });
  });
});
