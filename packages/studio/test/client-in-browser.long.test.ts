import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { build } from "vite";
import { missing, openSite, type Site } from "./page.ts";

/** The client as a page has it: one script without modules. */
async function bundle(): Promise<string> {
  const built = await build({
    configFile: fileURLToPath(new URL("../vite.config.ts", import.meta.url)),
    logLevel: "error",
    build: {
      write: false,
      lib: {
        entry: fileURLToPath(import.meta.resolve("@ice/client")),
        formats: ["iife"],
        name: "ice",
        fileName: "client",
      },
    },
  });
  const [output] = [built].flat();
  if (output === undefined || !("output" in output)) throw new Error("nothing was built");
  return output.output[0].code;
}

const program = `
(async () => {
  const client = ice.createClient({ url: location.origin, token: TOKEN });
  const run = await client.runs.start({ workflow: "slow-steps" });
  const events = [];
  for await (const event of run.events()) if (event.kind === "durable") events.push(event.type);
  const { status } = await run.result();
  const refused = await ice
    .createClient({ url: location.origin, token: "ice_wrong" })
    .runs.list()
    .catch((error) => [ice.IceApiError.is(error), error.status, error.code]);
  return { status, events, refused };
})()`;

describe.skipIf(missing !== "")(`the client in a browser${missing}`, () => {
  let site: Site;
  beforeAll(async () => {
    site = await openSite();
  }, 120_000);
  afterAll(() => site.close());

  test("its bundle starts a run, follows it to its end, and knows errors", async () => {
    const page = await site.browser.newPage();
    await page.goto(`${site.demo.url}/livez`);
    const code = `${await bundle()};${program.replace("TOKEN", JSON.stringify(site.demo.token))}`;
    expect(await page.evaluate(code)).toEqual({
      status: "completed",
      events: ["workflow.started", ...Array.from({ length: 3 }, () => "node.completed"), "workflow.completed"],
      refused: [true, 401, "ICE_AUTH_INVALID"],
    });
    await page.close();
  });
});
