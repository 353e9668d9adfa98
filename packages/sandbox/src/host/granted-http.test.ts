import { expect, onTestFinished, test } from "vitest";
import { serveHttp } from "@ice/testing";
import type { EgressClient, EgressRequest, SandboxResult } from "@ice/core";
import { js, kindOf, outputOf, ownSandbox } from "../../test/run-code.ts";

// Through the sandbox, as code asks for it.
test("a granted host is reached; redirects are not followed, bodies are bounded", async () => {
  const server = await serveHttp((request, response) => {
    if (request.url === "/away") response.writeHead(302, { location: "http://127.0.0.1:1/" }).end();
    else if (request.url === "/huge") response.end("x".repeat(2_000_000));
    else {
      let body = "";
      request.setEncoding("utf8").on("data", (part: string) => (body += part));
      request.on("end", () => response.end(`${request.method} ${String(request.headers["x-a"])} ${body}`));
    }
  });
  onTestFinished(() => server.close());
  const base = `http://${server.host}`;
  const sandbox = ownSandbox({ workers: 1, allow: { http: [server.host] } });
  const http = (source: string): Promise<SandboxResult> =>
    sandbox.run(js(source, { grants: { http: { allow: [server.host] } }, input: base }));
  expect(
    outputOf(
      await http(
        "return (await http.fetch(input, { method: 'post', body: 'b', headers: { 'x-a': '1', host: 'evil' } })).body;",
      ),
    ),
  ).toBe("POST 1 b");
  expect(
    outputOf(
      await http("const { status, headers } = await http.fetch(input + '/away'); return [status, headers.location];"),
    ),
  ).toEqual([302, "http://127.0.0.1:1/"]);
  expect(kindOf(await http("return await http.fetch(input + '/huge');"))).toBe("guest");
  expect(kindOf(await http("return await http.fetch(input, { method: 'CONNECT' });"))).toBe("guest");
});

test("a server that sends single bytes cannot hold an execution for ever, in one request or across several", async () => {
  const server = await serveHttp((_request, response) => {
    response.writeHead(200);
    const timer = setInterval(() => response.write("x"), 20);
    response.on("close", () => clearInterval(timer));
  });
  onTestFinished(() => server.close());
  const base = `http://${server.host}`;
  const sandbox = ownSandbox({
    workers: 1,
    allow: { http: [server.host] },
    http: { requestMs: 200, totalMs: 500 },
  });
  const http = (source: string, signal?: AbortSignal): Promise<SandboxResult> =>
    sandbox.run(js(source, { grants: { http: { allow: [server.host] } }, input: base, signal }));
  expect(await http("await http.fetch(input);")).toMatchObject({
    ok: false,
    error: { kind: "guest", message: expect.stringContaining("took longer than 200 ms") },
  });
  const caught = await http(
    "const errors = []; for (let n = 0; n < 20; n++) try { await http.fetch(input); } catch (e) { errors.push(e.message); } return errors;",
  );
  expect(outputOf(caught)).toContain("The code has waited 500 ms for HTTP, which is the limit.");
  expect(caught.telemetry.hostWaitMs).toBeLessThan(3000);
  expect(kindOf(await http("await http.fetch(input);", AbortSignal.timeout(50)))).toBe("cancelled");
});

test("a grant must be an entry of the owner's list or lie within one, and allows exactly itself", async () => {
  const reached: string[] = [];
  const egress: EgressClient = {
    request: (url, { reach }: EgressRequest = {}) => {
      reached.push(`${url} ${reach}`);
      return Promise.resolve({ status: 200, headers: {}, text: "" });
    },
    close: () => Promise.resolve(),
  };
  const owner = ["8.8.8.8", "*.example.com", "10.0.0.1:8080"];
  const sandbox = ownSandbox({ workers: 1, egress, allow: { http: owner } });
  const kinds: string[] = [];
  for (const [url, grant] of [
    ["http://8.8.8.8/", "8.8.8.8"],
    ["https://a.example.com/", "a.example.com"],
    ["https://a.b.example.com/", "*.b.example.com"],
    ["http://10.0.0.1:8080/", "10.0.0.1:8080"],
    ["http://8.8.8.8:8080/", "8.8.8.8"],
    ["http://8.8.8.8:8080/", "8.8.8.8:8080"],
    ["https://example.com/", "*.example.com"],
    ["https://a.example.com.evil.test/", "*.example.com"],
    ["http://10.0.0.1/", "10.0.0.1:8080"],
    ["http://10.0.0.1/", "10.0.0.1"],
    ["https://a.test/", "*"],
    ["https://a.test/", "https://a.test"],
  ] as const) {
    const source = "return (await http.fetch(input)).status;";
    const result = await sandbox.run(js(source, { grants: { http: { allow: [grant] } }, input: url }));
    kinds.push(result.ok ? String(result.output) : result.error.kind);
  }
  expect(kinds).toEqual([...Array.from({ length: 4 }, () => "200"), ...Array.from({ length: 8 }, () => "denied")]);
  expect(reached).toEqual([
    "http://8.8.8.8/ listed",
    "https://a.example.com/ listed",
    "https://a.b.example.com/ listed",
    "http://10.0.0.1:8080/ listed",
  ]);
});
