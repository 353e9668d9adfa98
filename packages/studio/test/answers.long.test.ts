import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { missing, openSite, visit, visitAsReader, type Site } from "./page.ts";

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const asks = (more: object) => ({
  schemaVersion: "ice/v1",
  name: "asking",
  nodes: [{ id: "release", type: "human", promptMessage: "Release it?", approvalType: "approval", ...more }],
});

const withList = asks({
  approvalType: "input",
  responseSchema: {
    type: "object",
    properties: {
      decision: { type: "string", title: "Decision", enum: ["yes", "no"] },
      tags: { type: "array", title: "Tags", items: { type: "string" } },
    },
    required: ["decision"],
  },
});

const focused = (page: Page): Promise<string | null> =>
  page.evaluate("document.activeElement.type || document.activeElement.tagName");

describe.skipIf(missing !== "")(`answers and sessions in a browser${missing}`, () => {
  let site: Site;
  beforeAll(async () => {
    site = await openSite();
  });
  afterAll(() => site.close());

  const outputOf = async (runId: string): Promise<unknown> =>
    ((await site.demo.read(`/v1/runs/${runId}/nodes/release`)) as { output?: unknown }).output;

  test("no one is chosen to answer for, and the inspector says afterwards who answered", async () => {
    const { page, troubles, context } = await visit(site);
    const runId = await site.demo.start(asks({ assignees: ["kim", "lee"] }));
    await page.goto(`${site.demo.url}/runs/${runId}?at=release`);
    const person = page.getByLabel("Answer for");
    expect(await person.inputValue()).toBe("");
    await page.keyboard.press("1");
    await page.keyboard.press("Control+Enter");
    await page.getByText("Choose for whom you answer.").waitFor();
    expect(await site.demo.read(`/v1/runs/${runId}`)).toMatchObject({ status: "suspended" });
    await person.selectOption("lee");
    await page.getByText("answering for lee").waitFor();
    await page.keyboard.press("Control+Enter");
    await page.getByText(/^lee approved, \d\d:\d\d:\d\d today$/).waitFor();
    expect(await outputOf(runId)).toMatchObject({ approved: true, respondedBy: "lee" });
    expect(troubles).toEqual([]);
    await context.close();
  });

  test("`A` goes to the form of a request, also when it was not on the page before", async () => {
    const { page, troubles, context } = await visit(site);
    const runId = await site.demo.start(asks({}));
    await page.goto(`${site.demo.url}/runs/${runId}`);
    await page.getByRole("radio", { name: "reject" }).waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "Answer A" }).waitFor();
    await page.keyboard.press("2");
    await page.keyboard.press("a");
    await expect.poll(() => focused(page)).toBe("radio");
    await page.keyboard.press("2");
    expect(await page.getByRole("radio", { name: "reject" }).isChecked()).toBe(true);
    expect(troubles).toEqual([]);
    await context.close();
  });

  test("a row that is added has the focus, and letters in a form are no keys", async () => {
    const { page, troubles, context } = await visit(site);
    const runId = await site.demo.start(withList);
    await page.goto(`${site.demo.url}/runs/${runId}?at=release`);
    await page.getByRole("button", { name: "Add" }).click();
    await page.keyboard.type("tag1");
    expect(await page.getByRole("textbox", { name: "Tags 1" }).inputValue()).toBe("tag1");
    await page.getByRole("button", { name: "Add" }).focus();
    await page.keyboard.type("a1f");
    expect(await focused(page)).toBe("button");
    expect(await page.locator("input:checked").count()).toBe(0);
    await page.keyboard.press("Control+Enter");
    const problem = page.getByText("Choose one.");
    await problem.waitFor();
    await page.getByRole("radio", { name: "yes" }).check();
    await problem.waitFor({ state: "detached" });
    await page.getByRole("button", { name: "Remove Tags 1" }).click();
    expect(
      await page.getByRole("button", { name: "Add" }).evaluate((one) => one === one.ownerDocument.activeElement),
    ).toBe(true);
    expect(troubles).toEqual([]);
    await context.close();
  });

  test("an answered request stays on the page, and no key answers another one", async () => {
    const { page, troubles, context } = await visit(site);
    const [first, second] = [await site.demo.start(asks({})), await site.demo.start(asks({}))];
    await page.goto(`${site.demo.url}/approvals?task=${encodeURIComponent(`${second}/release/1`)}`);
    await page.getByText("Release it?").last().waitFor();
    const count = Number.parseInt(await page.locator(".rail .count").innerText(), 10);
    await page.keyboard.press("1");
    await page.keyboard.press("Control+Enter");
    await page.getByText(/Answer sent at .* as owner: \{"approved":true\}/).waitFor();
    expect(await page.locator(".answer-note").evaluate((one) => one === one.ownerDocument.activeElement)).toBe(true);
    await expect.poll(() => page.locator(".rail .count").innerText()).toContain(`${count - 1}`);
    await page.keyboard.press("1");
    await page.keyboard.press("Control+Enter");
    await page.waitForTimeout(500);
    expect(await site.demo.read(`/v1/runs/${first}`)).toMatchObject({ status: "suspended" });
    expect(new URL(page.url()).searchParams.get("task")).toBe(`${second}/release/1`);
    await page.reload();
    await page.getByText("This request is no longer open").waitFor();
    await page.getByRole("button", { name: "Next request" }).click();
    await page.locator("form").waitFor();
    expect(troubles).toEqual([]);
    await context.close();
  });

  test("a wrong token is tried once, and a used link says so", async () => {
    const context = await site.browser.newContext();
    const page = await context.newPage();
    await page.goto(`${site.demo.url}/#once=used`);
    await page.getByText(/The link does not work any more/).waitFor();
    const refused: string[] = [];
    page.on("response", (response) => response.status() === 401 && refused.push(response.url()));
    await page.getByLabel("Access token").fill("ice_wrong");
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByText("The server does not accept this token").waitFor();
    expect(refused).toEqual([`${site.demo.url}/v1/me`]);
    await page.getByLabel("Access token").fill(site.demo.token);
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.locator(".rail").getByText("kim").waitFor();
    await context.close();
  });

  test("what a token may not do is not offered", async () => {
    const runId = await site.demo.start(asks({}));
    const { page, context } = await visitAsReader(site);
    await page.goto(`${site.demo.url}/runs/${runId}?at=release`);
    await page.getByText("Your token does not have the scope respond").waitFor();
    for (const name of ["Cancel", "Run again", "Send answer"])
      expect(await page.getByRole("button", { name }).isDisabled(), name).toBe(true);
    await page.goto(`${site.demo.url}/workflows/slow-steps`);
    await page.getByText("Your token does not have the scope run.").waitFor();
    expect(await page.getByRole("button", { name: "Start" }).isDisabled()).toBe(true);
    await context.close();
  });

  test("an unknown address has a page that says so", async () => {
    const { page, troubles, context } = await visit(site);
    await page.goto(`${site.demo.url}/foo/bar%zz`);
    await page.getByText("There is no page at this address").waitFor();
    await page.locator(".main").getByRole("link", { name: "Runs" }).click();
    await page.getByRole("heading", { name: "Runs", exact: true }).waitFor();
    expect(troubles).toEqual([]);
    await context.close();
  });

  test.each(["light", "dark"] as const)("buttons can be read under the mouse, %s", async (theme) => {
    const { page, context } = await visit(site, theme);
    await page.goto(`${site.demo.url}/workflows/slow-steps`);
    const start = page.getByRole("button", { name: "Start" });
    const colours = async (): Promise<string[]> =>
      start.evaluate((one) => {
        const { color, backgroundColor } = one.ownerDocument.defaultView!.getComputedStyle(one);
        return [color, backgroundColor];
      });
    const [ink, background] = await colours();
    await start.hover();
    const [inkUnder, backgroundUnder] = await colours();
    expect(inkUnder).toBe(ink);
    expect(backgroundUnder).not.toBe(background);
    expect(backgroundUnder).toMatch(theme === "light" ? /^color\(srgb 0\.2\d/ : /^color\(srgb 0\.6\d/);
    await context.close();
  });
});
