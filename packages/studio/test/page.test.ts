import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { missing, openSite, visit, type Site } from "./page.ts";

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

describe.skipIf(missing !== "")(`the page in a browser${missing}`, () => {
  let site: Site;
  beforeAll(async () => {
    site = await openSite();
  });
  afterAll(() => site.close());

  test("the link signs in once, and leaves no secret in the address", async () => {
    const { page, troubles, context } = await visit(site);
    expect(page.url()).toBe(`${site.demo.url}/`);
    await page.reload();
    await page.getByRole("heading", { name: "Runs", exact: true }).waitFor();
    const other = await site.browser.newPage();
    await other.goto(`${site.demo.url}/#once=wrong`);
    await other.getByText("ice tokens create").waitFor();
    await other.close();
    expect(troubles).toEqual([]);
    await context.close();
  });

  test("a run appears in the list, and its nodes change while one looks", async () => {
    const { page, troubles, context } = await visit(site);
    const runId = await site.demo.start("slow-steps");
    await page.getByRole("link", { name: "slow-steps" }).first().click();
    await page.waitForURL(`**/runs/${runId}`);
    await page.locator('.card[data-path="first"][data-state="completed"]').waitFor();
    await page.locator('.card[data-path="third"][data-state="completed"]').waitFor();
    await page.locator(".crumbs .state", { hasText: "completed" }).waitFor();
    await page.keyboard.press("2");
    await page.getByText("workflow.completed").waitFor();
    expect(troubles).toEqual([]);
    await context.close();
  });

  test("a request is answered by keyboard alone, and the run goes on", async () => {
    const { page, troubles, context } = await visit(site);
    const runId = await site.demo.start("approve-refund", { amount: 19.5 });
    await page.goto(`${site.demo.url}/approvals`);
    await page
      .getByRole("link", { name: /approve-refund/ })
      .first()
      .waitFor();
    const current = page.locator('.entry[aria-current="true"]');
    for (let step = 0; !decodeURIComponent((await current.getAttribute("href")) ?? "").includes(runId); step += 1) {
      expect(step).toBeLessThan(20);
      await page.keyboard.press("j");
      await page.waitForTimeout(100);
    }
    await page.locator("form").getByText("Refund 19.5 EUR").waitFor();
    expect(await page.locator("input:checked").count()).toBe(0);
    await page.keyboard.press("2");
    expect(await page.getByRole("radio", { name: "reject" }).isChecked()).toBe(true);
    await page.keyboard.press("a");
    await page.keyboard.press("ArrowUp");
    expect(await page.getByRole("radio", { name: "approve" }).isChecked()).toBe(true);
    await page.keyboard.press("Control+Enter");
    await expect
      .poll(async () => (await site.demo.read(`/v1/runs/${runId}`)) as object, { timeout: 20_000 })
      .toMatchObject({ status: "completed" });
    expect(troubles).toEqual([]);
    await context.close();
  });
});
