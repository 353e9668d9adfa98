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
  const sandbox = ownSandbox({ workers: 1, allow: { http: ["127.0.0.1"], privateAddresses: true } });
  const http = (source: string): Promise<SandboxResult> =>
    sandbox.run(js(source, { grants: { http: { allow: ["127.0.0.1"] } }, input: base }));
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

test("a byte now and then does not hold an execution for ever, alone or request by request", async () => {
  const server = await serveHttp((_request, response) => {
    response.writeHead(200);
    const timer = setInterval(() => response.write("x"), 20);
    response.on("close", () => clearInterval(timer));
  });
  onTestFinished(() => server.close());
  const base = `http://${server.host}`;
  const sandbox = ownSandbox({
    workers: 1,
    allow: { http: ["127.0.0.1"], privateAddresses: true },
    http: { requestMs: 200, totalMs: 500 },
  });
  const http = (source: string, signal?: AbortSignal): Promise<SandboxResult> =>
    sandbox.run(js(source, { grants: { http: { allow: ["127.0.0.1"] } }, input: base, signal }));
  expect(await http("await http.fetch(input);")).toMatchObject({
    ok: false,
    error: { kind: "guest", message: expect.stringContaining("took longer than 200 ms") },
  });
  const caught = await http(
    "const errors = []; for (let n = 0; n < 20; n++) try { await http.fetch(input); } catch (e) { errors.push(e.message); } return errors;",
  );
  expect(outputOf(caught)).toContain("The code has waited 500 ms for HTTP, as long as it may.");
  expect(caught.telemetry.hostWaitMs).toBeLessThan(3000);
  expect(kindOf(await http("await http.fetch(input);", AbortSignal.timeout(50)))).toBe("cancelled");
});

test("public IPv4 addresses can be granted, private ones and ports of names that lead there are denied", async () => {
  const reached: string[] = [];
  const egress: EgressClient = {
    request: (url, { anyAddress, anyPort }: EgressRequest = {}) => {
      reached.push(`${url} ${String(anyAddress)} ${String(anyPort)}`);
      return Promise.resolve({ status: 200, headers: {}, text: "" });
    },
    close: () => Promise.resolve(),
  };
  const sandbox = ownSandbox({ workers: 1, egress, allow: { http: ["8.8.8.8", "*.example.com"] } });
  const http = (url: string, allow: string[]): Promise<SandboxResult> =>
    sandbox.run(js("return (await http.fetch(input)).status;", { grants: { http: { allow } }, input: url }));
  expect(outputOf(await http("http://8.8.8.8:8080/", ["8.8.8.8"]))).toBe(200);
  expect(outputOf(await http("https://a.example.com/", ["a.example.com"]))).toBe(200);
  expect(kindOf(await http("https://example.com/", ["*.example.com"]))).toBe("denied");
  expect(reached).toEqual(["http://8.8.8.8:8080/ false true", "https://a.example.com/ false true"]);
});
