import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { missing, openSite, visit, type Site } from "./page.ts";

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const sleep = (id: string, ms: number): object => ({ id, type: "tool", toolName: "sleep_ms", toolArgs: { ms } });
const body = [sleep("a", 10), { ...sleep("b", 60_000), dependencies: ["a"] }];
const loop = { id: "l", type: "loop", itemsSource: "range(40)", parallel: true, maxConcurrency: 3, body };
const wait = { id: "cooling", type: "wait", seconds: 3600 };
const workflow = (...nodes: object[]): object => ({ schemaVersion: "ice/v1", name: "live", nodes });

describe.skipIf(missing !== "")(`a run in progress in a browser${missing}`, () => {
  let site: Site;
  beforeAll(async () => {
    site = await openSite();
  });
  afterAll(() => site.close());

  test("who comes later sees what runs, and all items of a loop", async () => {
    const { page, troubles, context } = await visit(site);
    const runId = await site.demo.start(workflow(loop));
    await expect
      .poll(async () => Object.keys(((await site.demo.read(`/v1/runs/${runId}`)) as { nodes: object }).nodes).length)
      .toBeGreaterThan(3);
    await page.goto(`${site.demo.url}/runs/${runId}?at=l[0].b`);
    await page.getByText("0 of 40").first().waitFor();
    await page.locator('.card[data-path="l[0].b"][data-state="running"]').waitFor();
    const cells = page.getByRole("group", { name: "Items of l" }).first().getByRole("button");
    expect(await cells.count()).toBe(40);
    const states = await cells.evaluateAll((all) => all.map((one) => one.dataset["state"]));
    expect(states.filter((state) => state === "running")).toHaveLength(3);
    expect(states.filter((state) => state === "pending")).toHaveLength(37);
    await page.getByText("No output yet: it runs.").waitFor();
    expect(await page.getByText("ICE_NODE_NOT_FOUND").count()).toBe(0);
    await page.getByRole("button", { name: "Cancel", exact: true }).click();
    await page.getByRole("button", { name: "Cancel the run" }).click();
    await page.getByText("3 of 40").first().waitFor();
    expect(troubles).toEqual([]);
    await context.close();
  });

  test("a wait says without a click when it ends, and is no question", async () => {
    const { page, troubles, context } = await visit(site);
    const runId = await site.demo.start(workflow(wait));
    await page.goto(`${site.demo.url}/runs/${runId}`);
    await page
      .getByRole("group", { name: "Waits" })
      .getByText(/until .* \(in (59 min|1 h)/)
      .waitFor();
    await page.locator('.card[data-path="cooling"][data-state="suspended"]').waitFor();
    expect(await page.locator('.bar.waits[data-state="suspended"]').count()).toBe(1);
    expect(troubles).toEqual([]);
    await context.close();
  });

  test("without a server the clock stops, few requests are sent, and the run says so", async () => {
    const { page, troubles, context } = await visit(site);
    const runId = await site.demo.start(workflow(sleep("a", 60_000)));
    await page.goto(`${site.demo.url}/runs/${runId}`);
    await page.locator('.card[data-path="a"][data-state="running"]').waitFor();
    let sent = 0;
    await page.route("**/v1/**", (route) => {
      sent += 1;
      return route.abort();
    });
    await page.getByText(/The server does not answer/).waitFor();
    const duration = page.locator(".facts div", { hasText: "Duration" });
    const [stopped, before] = [await duration.textContent(), sent];
    await page.waitForTimeout(4000);
    expect(await duration.textContent()).toBe(stopped);
    expect(sent - before).toBeLessThanOrEqual(5);
    expect(await page.locator(".timeline-head").textContent()).not.toContain("live");
    await page.unroute("**/v1/**");
    await page.getByText(/The server does not answer/).waitFor({ state: "hidden" });
    await expect.poll(() => duration.textContent()).not.toBe(stopped);
    expect(troubles).toEqual([]);
    await context.close();
  });
});
