import { execFile } from "node:child_process";
import type * as dns from "node:dns";
import { promisify } from "node:util";
import { beforeEach, expect, onTestFinished, test, vi } from "vitest";
import { createEgressClient } from "../src/index.ts";
import { serve } from "./egress-to.ts";

/** What a name server answers, and how often it was asked. */
const answers = vi.hoisted(() => ({ addresses: [] as string[], asked: 0 }));
beforeEach(() => Object.assign(answers, { addresses: [], asked: 0 }));

vi.mock("node:dns", async (original) => ({
  ...(await original<typeof dns>()),
  lookup: (_host: string, _options: object, callback: (error: null, addresses: object[]) => void) => {
    answers.asked += 1;
    const found = answers.addresses.map((address) => ({ address, family: address.includes(":") ? 6 : 4 }));
    process.nextTick(callback, null, found);
  },
}));

const denied = expect.objectContaining({
  code: "ICE_EGRESS_DENIED",
  message: expect.stringContaining("resolves to an address that is not public"),
});

test.each([
  [["127.0.0.1"]],
  [["8.8.8.8", "127.0.0.1"]],
  [["::ffff:127.0.0.1"]],
  [["2606:4700::1", "fe80::1"]],
  [["169.254.169.254"]],
])("a name that resolves to %j is looked up once and never connected to", async (addresses) => {
  answers.addresses = addresses;
  const egress = createEgressClient({ allow: ["*.example"], timeoutMs: 5000 });
  onTestFinished(() => egress.close());
  for (const reach of ["public", "listed"] as const)
    await expect(egress.request("http://rebind.example/", { reach })).rejects.toEqual(denied);
  expect(answers.asked).toBe(2);
});

test("the first request loads no other HTTP client, such as that of `fetch`", async () => {
  const host = await serve((_request, response) => void response.end("ok"));
  const script = `
    const { createEgressClient } = await import("@ice/host");
    const egress = createEgressClient({ allow: ["${host}"] });
    const { text } = await egress.request("http://${host}/");
    await egress.close();
    console.log(text, process.moduleLoadList.filter((name) => name.includes("undici")).length);`;
  const { stdout, stderr } = await promisify(execFile)(
    process.execPath,
    ["--conditions=@ice/source", "--input-type=module", "--eval", script],
    { cwd: import.meta.dirname },
  );
  expect({ stdout, stderr }).toEqual({ stdout: "ok 0\n", stderr: "" });
}, 60_000);
