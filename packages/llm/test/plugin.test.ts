import { expect, test, vi } from "vitest";
import { IceError, LanguageModelService, type PluginHost } from "@ice/core";
import { models } from "../src/index.ts";

test("the plugin provides models, and closes them", async () => {
  const provide = vi.fn<PluginHost["provide"]>();
  const onClose = vi.fn<PluginHost["onClose"]>();
  const plugin = models({ env: {}, aliases: { fast: "mock/echo" } });
  await plugin.setup({ provide, onClose } as Partial<PluginHost> as PluginHost);
  expect(plugin.name).toBe("@ice/llm");
  const [key, service] = provide.mock.calls[0] as [unknown, LanguageModelService];
  expect(key).toBe(LanguageModelService);
  expect(service.describe("fast")[0].model).toBe("mock/echo");
  await onClose.mock.calls[0]![0]();
});

test("secret://NAME is a secret of the owner's, looked up when it is needed", async () => {
  const provide = vi.fn<PluginHost["provide"]>();
  const asked: string[] = [];
  const secrets = {
    resolve(name: string): never {
      asked.push(name);
      throw new IceError("ICE_SECRET_UNKNOWN", `The secret "${name}" has no value.`);
    },
  };
  const host = { provide, onClose: () => {}, use: () => secrets } as Partial<PluginHost> as PluginHost;
  const near = { type: "openai-compatible", baseUrl: "http://127.0.0.1:1/v1", apiKey: "secret://near" } as const;
  await models({ env: { near: "not this" }, providers: { near } }).setup(host);
  const [, service] = provide.mock.calls[0] as [unknown, LanguageModelService];
  expect([service.describe("near/m")[0].missing, asked]).toEqual([undefined, []]);
  const request = { model: "near/m", messages: [{ role: "user", text: "x" }] } as const;
  await expect(service.generate(request, { signal: new AbortController().signal })).rejects.toMatchObject({
    code: "ICE_SECRET_UNKNOWN",
  });
  expect(asked).toEqual(["near"]);
});

test("a configuration that is not valid is refused where the plugin is set up", () => {
  const setUp = () => models({ aliases: { fast: "nowhere" } }).setup({} as PluginHost);
  expect(setUp).toThrow(expect.objectContaining({ code: "ICE_USAGE" }));
});
