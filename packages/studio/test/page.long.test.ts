import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { items } from "./demo.ts";
import { faults } from "./faults.ts";
import { missing, openSite, visit, type Site } from "./page.ts";

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

describe.skipIf(missing !== "")(`more of the page in a browser${missing}`, () => {
  let site: Site;
  beforeAll(async () => {
    site = await openSite();
  });
  afterAll(() => site.close());

  test("a page that was offline misses no event", async () => {
    const { page, troubles, context } = await visit(site);
    const runId = await site.demo.start("slow-steps");
    await page.goto(`${site.demo.url}/runs/${runId}`);
    await page.locator('.card[data-path="first"]').waitFor();
    await context.setOffline(true);
    await page.getByText(/Reconnecting, last seen/).waitFor();
    expect(await page.locator('.card[data-path="first"]').count()).toBe(1);
    await context.setOffline(false);
    await page.locator('.card[data-path="third"][data-state="completed"]').waitFor();
    await page.getByText("Live", { exact: true }).waitFor();
    await page.keyboard.press("2");
    await page.getByText("5 of 5").waitFor();
    expect(troubles).toEqual([]);
    await context.close();
  });

  test("a failed item is found with keys, and the address names it", async () => {
    const { page, troubles, context } = await visit(site);
    const runId = await site.demo.start("seller-assistant", { items } as never);
    await page.goto(`${site.demo.url}/runs/${runId}`);
    await page.locator('[data-path="review"][data-state="waiting"]').waitFor();
    await page.waitForURL((url) => url.searchParams.has("at"));
    await page.keyboard.press("Escape");
    await page.waitForURL((url) => !url.searchParams.has("at"));
    await page.keyboard.press("f");
    await page.waitForURL((url) => url.searchParams.get("at") === "listings[15].price");
    await page.getByText("ask the supplier for the price").waitFor();
    await page.keyboard.press("]");
    await page.waitForURL((url) => url.searchParams.get("at")?.startsWith("listings[16].") === true);
    await page.keyboard.press("Escape");
    await page.waitForURL((url) => !url.searchParams.has("at"));
    await page.getByRole("heading", { name: "The run" }).waitFor();
    await page.reload();
    await page.waitForURL((url) => url.searchParams.get("at") === "review");
    expect(troubles).toEqual([]);
    await context.close();
  });

  test("labels of the timeline do not overlap, waits are wide, and cards show their durations", async () => {
    const { page, troubles, context } = await visit(site);
    const runId = await site.demo.start("approve-refund", { amount: 3 });
    await page.goto(`${site.demo.url}/runs/${runId}`);
    await page.waitForURL((url) => url.searchParams.get("at") === "approve");
    await page.locator(".tick.idle").waitFor();
    for (const width of [1440, 1024]) {
      await page.setViewportSize({ width, height: 900 });
      await page.getByRole("button", { name: "Fit" }).click();
      const ticks = await page.locator(".tick").evaluateAll((all) =>
        all.map((tick) => {
          const { left, right } = tick.getBoundingClientRect();
          return { left, right };
        }),
      );
      for (const [at, tick] of ticks.entries()) expect(tick.left).toBeGreaterThan(ticks[at - 1]?.right ?? 0);
      const bar = await page.locator(".bar.waits").boundingBox();
      const bars = await page.locator(".bars").first().boundingBox();
      expect(bar!.width / bars!.width).toBeGreaterThan(0.15);
      const cut = await page
        .locator(".card-state > *")
        .evaluateAll((all) =>
          all
            .filter((one) => one.scrollWidth > one.clientWidth)
            .map((one) => `${one.textContent} ${one.clientWidth} of ${one.scrollWidth}`),
        );
      expect(cut).toEqual([]);
    }
    expect(troubles).toEqual([]);
    await context.close();
  });

  test("the cost of a run is shown by node, and that of a loop is added up", async () => {
    const { page, troubles, context } = await visit(site);
    const runId = await site.demo.start({
      schemaVersion: "ice/v1",
      name: "letters",
      nodes: [
        {
          id: "letters",
          type: "loop",
          itemsSource: "range(3)",
          body: [{ id: "write", type: "llm", model: "demo/writer", prompt: "Write to Kim: {{ item }}" }],
        },
      ],
    });
    await page.goto(`${site.demo.url}/runs/${runId}`);
    await page.getByText("Cost by node").waitFor();
    await page.getByRole("row", { name: "letters.write 3 items 3 1,524 $0.0126" }).waitFor();
    await page.locator('[data-path="letters"]').click();
    await page.getByRole("tabpanel").or(page.locator(".inspector-body")).getByText("$0.0126").waitFor();
    expect(troubles).toEqual([]);
    await context.close();
  });

  test("nothing is sent without a choice, and a late answer learns who was first", async () => {
    const { page, troubles, context } = await visit(site);
    const runId = await site.demo.start("approve-refund", { amount: 7 });
    await page.goto(`${site.demo.url}/runs/${runId}?at=approve`);
    await page.getByText("Refund 7 EUR").last().waitFor();
    await page.keyboard.press("Control+Enter");
    await page.getByText("Choose one.").waitFor();
    await page.getByLabel("reject").check();
    await page.route("**/v1/tasks/*", async (route) => {
      await site.demo.answer(runId, { approved: true });
      await route.continue();
    });
    await page.getByRole("button", { name: "Send answer" }).click();
    await page.getByText(/kim answered first/).waitFor();
    const panel = page.getByLabel("Selected node");
    expect(await panel.getByText("waiting for an answer").count()).toBe(0);
    expect(await panel.getByLabel("reject").isDisabled()).toBe(true);
    expect(await panel.getByRole("button", { name: "Send answer" }).isDisabled()).toBe(true);
    expect(troubles).toEqual([]);
    await context.close();
  });

  test("a workflow is started with the form of its inputs", async () => {
    const { page, troubles, context } = await visit(site);
    await page.goto(`${site.demo.url}/workflows/approve-refund`);
    await page.getByRole("button", { name: "Start" }).click();
    await page.getByText("This is required.").waitFor();
    await page.getByLabel("Amount").fill("42");
    await page.keyboard.press("Control+Enter");
    await page.waitForURL(/\/runs\/[\w-]+/);
    await page.getByText("Refund 42 EUR").first().waitFor();
    expect(troubles).toEqual([]);
    await context.close();
  });

  test("a thousand nodes are drawn on one canvas, and can be zoomed", async () => {
    const { page, troubles, context } = await visit(site);
    const runId = await site.demo.start("many", { items: Array.from({ length: 500 }, (_, index) => index) });
    await page.goto(`${site.demo.url}/runs/${runId}`);
    await page.locator(".graph-canvas").waitFor();
    await page.getByText("1,004 completed").waitFor();
    // The failure that came first, which is not always that of the first item.
    await page.waitForURL((url) => /^reprice\[\d+\]\.fetch$/.test(url.searchParams.get("at") ?? ""));
    await page.goto(`${site.demo.url}/runs/${runId}?at=reprice[41].fetch`);
    await page.getByText("1,004 completed").waitFor();
    await page.keyboard.press("f");
    await page.locator('.card[data-path="reprice[118].fetch"][aria-pressed="true"]').waitFor();
    await page.getByRole("button", { name: "Fit" }).click();
    await page.locator(".graph-canvas").waitFor();
    for (let step = 0; step < 12; step += 1) await page.getByRole("button", { name: "Zoom in" }).click();
    await page.locator(".card").first().waitFor();
    expect(await page.locator(".card").count()).toBeLessThan(200);
    expect(troubles).toEqual([]);
    await context.close();
  });

  test.each(["light", "dark"] as const)("no page has a serious fault of accessibility, %s", async (theme) => {
    const { page, troubles, context } = await visit(site, theme);
    const runId = await site.demo.start("seller-assistant", { items } as never);
    const failed = await site.demo.start("no-luck");
    const talking = await site.demo.start("support", { name: "Kim" });
    const waiting = await site.demo.start("delivery");
    const found: Record<string, string[]> = {};
    for (const path of [
      "/runs",
      `/runs/${runId}?at=listings%5B15%5D.price`,
      `/runs/${runId}?at=listings`,
      `/runs/${runId}?at=review`,
      `/runs/${failed}?at=price`,
      ...["letter", "stock", "slogan"].map((path) => `/runs/${talking}?at=${path}`),
      ...["booking", "paid", "cooling"].map((path) => `/runs/${waiting}?at=${path}`),
      "/runs/gone",
      "/approvals",
      "/workflows",
      "/workflows/seller-assistant",
      "/networks",
      "/tools",
    ]) {
      await page.goto(site.demo.url + path);
      await page.waitForTimeout(700);
      expect(await page.evaluate("document.documentElement.dataset.theme")).toBe(theme);
      found[path] = await faults(page);
      if (!path.includes("review")) continue;
      await page.keyboard.press("2");
      found["events"] = await faults(page);
      await page.keyboard.press("3");
      found["inputs and output"] = await faults(page);
      await page.keyboard.press("4");
      await page.locator(".source-line").first().waitFor();
      found["source"] = await faults(page);
      await page.keyboard.press("?");
      found["help"] = await faults(page);
    }
    expect(Object.entries(found).filter(([, faults]) => faults.length > 0)).toEqual([]);
    expect(troubles).toEqual([]);
    await context.close();
  });
});
