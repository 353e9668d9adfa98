import { scriptedModel } from "@ice/testing";
import { expect, onTestFinished, test } from "vitest";
import { ask, modelsOf, startProvider } from "./provider-server.ts";

// Not checked by types: the kit for tests does not depend on this package.
test.each([400, 401, 403, 404, 408, 409, 422, 425, 429, 500, 503, 529])(
  "a scripted model fails with HTTP %i as a provider does",
  async (status) => {
    const reply = { status, headers: { "retry-after": "7" }, body: '{"error":{"message":"no"}}' };
    const server = await startProvider("responses");
    onTestFinished(() => server.close());
    const models = modelsOf(server);
    onTestFinished(() => models.close());
    server.script(reply);
    const real = (await ask(models).catch((error: unknown) => error)) as Error;
    const request = { model: "near/m", messages: [{ role: "user", text: "x" }] } as const;
    const scripted = scriptedModel([reply]).generate(request, { signal: new AbortController().signal });
    const { code, retryable, retryAfterMs, details } = real as unknown as Readonly<Record<string, unknown>>;
    await expect(scripted).rejects.toMatchObject({ code, retryable, retryAfterMs, details });
  },
);
