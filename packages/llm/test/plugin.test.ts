import { expect, test, vi } from "vitest";
import { LanguageModelService, type PluginHost } from "@ice/core";
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

test("a configuration that is not valid is refused where the plugin is set up", () => {
  const setUp = () => models({ aliases: { fast: "nowhere" } }).setup({} as PluginHost);
  expect(setUp).toThrow(expect.objectContaining({ code: "ICE_USAGE" }));
});
