import { expect, onTestFinished, test, vi } from "vitest";
import { IceError, LanguageModelService, SecretService, type PluginHost, type ServiceKey } from "@ice/core";
import { serveHttp } from "@ice/testing";
import { models } from "../src/index.ts";

/** Sets the plugin up; `secrets` stands for the service of the runtime. */
function setUp(plugin: ReturnType<typeof models>, secrets: Partial<SecretService> = {}) {
  const provide = vi.fn<PluginHost["provide"]>();
  const onClose = vi.fn<PluginHost["onClose"]>();
  const use = <T>(key: ServiceKey<T>): T => {
    expect(key).toBe(SecretService);
    return secrets as T;
  };
  void plugin.setup({ provide, onClose, use } as Partial<PluginHost> as PluginHost);
  const [key, service] = provide.mock.calls[0] as [unknown, LanguageModelService];
  expect(key).toBe(LanguageModelService);
  return { service, close: () => onClose.mock.calls[0]![0]() };
}

test("the plugin provides models, and closes them", async () => {
  const plugin = models({ env: {}, aliases: { fast: "mock/echo" } });
  const { service, close } = setUp(plugin);
  expect(plugin.name).toBe("@ice/llm");
  expect(service.describe("fast")[0].model).toBe("mock/echo");
  await close();
});

test("secret://NAME is a secret of the owner, resolved when needed", async () => {
  const asked: string[] = [];
  const resolve = (name: string): never => {
    asked.push(name);
    throw new IceError("ICE_SECRET_UNKNOWN", `The secret "${name}" has no value.`);
  };
  const near = { type: "openai-compatible", baseUrl: "http://127.0.0.1:1/v1", apiKey: "secret://near" } as const;
  const { service } = setUp(models({ env: { near: "not this" }, providers: { near } }), { resolve });
  expect([service.describe("near/m")[0].missing, asked]).toEqual([undefined, []]);
  const request = { model: "near/m", messages: [{ role: "user", text: "x" }] } as const;
  await expect(service.generate(request, { signal: new AbortController().signal })).rejects.toMatchObject({
    code: "ICE_SECRET_UNKNOWN",
  });
  expect(asked).toEqual(["near"]);
});

test("an invalid configuration is refused when the plugin is set up", () => {
  expect(() => setUp(models({ aliases: { fast: "nowhere" } }))).toThrow(expect.objectContaining({ code: "ICE_USAGE" }));
});

test("keys come from the runtime's secrets, and are replaced before the provider's text is truncated", async () => {
  const key = "canary-0123456789";
  const seen: unknown[] = [];
  const server = await serveHttp((request, response) => {
    seen.push(request.headers.authorization);
    response.writeHead(401, { "content-type": "application/json" });
    response.end(JSON.stringify({ error: { message: `${"x".repeat(480)}${key} is no key` } }));
  });
  onTestFinished(() => server.close());
  const { service, close } = setUp(
    models({
      providers: { local: { type: "openai-compatible", baseUrl: `http://${server.host}/v1`, apiKey: "secret://K" } },
    }),
    { resolve: (name) => `${key}${name}`, scrub: (text) => text.replaceAll(key, "[K]") },
  );
  onTestFinished(close);
  const asked = service.generate(
    { model: "local/m", messages: [{ role: "user", text: "hi" }] },
    { signal: new AbortController().signal },
  );
  await expect(asked).rejects.toMatchObject({
    code: "ICE_MODEL_AUTH",
    message: expect.stringMatching(/x\[K\] is no k?…?/),
  });
  expect(seen).toEqual([`Bearer ${key}K`]);
});
