import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { items } from "./demo.ts";
import { missing, openSite, visit, type Site } from "./page.ts";

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

describe.skipIf(missing !== "")(`runs in a browser${missing}`, () => {
  let site: Site;
  beforeAll(async () => {
    site = await openSite();
  });
  afterAll(() => site.close());

  test("a run is cancelled after a confirmation alone", async () => {
    const { page, troubles, context } = await visit(site);
    const runId = await site.demo.start("approve-refund", { amount: 5 });
    await page.goto(`${site.demo.url}/runs/${runId}`);
    await page.getByRole("button", { name: "Cancel", exact: true }).click();
    await page.getByRole("heading", { name: "Cancel this run?" }).waitFor();
    await page.getByRole("button", { name: "Keep it" }).click();
    await page.getByRole("heading", { name: "Cancel this run?" }).waitFor({ state: "hidden" });
    expect(await site.demo.read(`/v1/runs/${runId}`)).toMatchObject({ status: "suspended" });
    await page.getByRole("button", { name: "Cancel", exact: true }).click();
    await page.getByRole("button", { name: "Cancel the run" }).click();
    await page.locator(".crumbs .state", { hasText: "cancelled" }).waitFor();
    expect(await page.getByRole("button", { name: "Cancel", exact: true }).count()).toBe(0);
    expect(await site.demo.read(`/v1/runs/${runId}`)).toMatchObject({
      status: "cancelled",
      error: { message: "The run was cancelled: requested by owner." },
    });
    expect(troubles).toEqual([]);
    await context.close();
  });

  test("a run of a document of its own is run again after a question, with the same or other inputs", async () => {
    const { page, troubles, context } = await visit(site);
    const blueprint = {
      schemaVersion: "ice/v1",
      name: "unknown-to-the-store",
      inputs: { type: "object", properties: { n: { type: "number" } } },
      nodes: [{ id: "a", type: "tool", toolName: "echo", toolArgs: { n: "{{ inputs.n }}" } }],
    };
    const first = await site.demo.start(blueprint, { n: 7 });
    await page.goto(`${site.demo.url}/runs/${first}`);
    const again = page.getByRole("dialog", { name: "Run this again?" });
    await page.getByRole("button", { name: "Run again" }).click();
    await again.getByText(first.slice(0, 8)).waitFor();
    await again.getByRole("button", { name: "Close" }).click();
    await again.waitFor({ state: "detached" });
    expect(page.url()).toBe(`${site.demo.url}/runs/${first}`);
    await page.getByRole("button", { name: "Run again" }).click();
    expect(await again.getByRole("textbox", { name: "n optional" }).inputValue()).toBe("7");
    await again.getByRole("button", { name: "Start a new run" }).click();
    await page.waitForURL((url) => url.pathname.startsWith("/runs/") && !url.pathname.endsWith(first));
    await page.locator(".crumbs .state", { hasText: "completed" }).waitFor();
    const second = new URL(page.url()).pathname.split("/").at(-1)!;
    expect(await site.demo.read(`/v1/runs/${second}`)).toMatchObject({ inputs: { n: 7 }, output: { a: { n: 7 } } });
    const hashes = await Promise.all(
      [first, second].map(async (id) => ((await site.demo.read(`/v1/runs/${id}/blueprint`)) as { hash: string }).hash),
    );
    expect(hashes[0]).toBe(hashes[1]);
    await page.getByRole("button", { name: "Run again" }).click();
    await again.getByRole("textbox", { name: "n optional" }).fill("8");
    await page.keyboard.press("Enter");
    await page.waitForURL((url) => url.pathname.startsWith("/runs/") && !url.pathname.endsWith(second));
    await page.locator(".crumbs .state", { hasText: "completed" }).waitFor();
    const third = new URL(page.url()).pathname.split("/").at(-1)!;
    expect(await site.demo.read(`/v1/runs/${third}`)).toMatchObject({ inputs: { n: 8 }, output: { a: { n: 8 } } });
    expect(troubles).toEqual([]);
    await context.close();
  });

  test("the source has a mark at each node, and follows the selection", async () => {
    const { page, troubles, context } = await visit(site);
    const runId = await site.demo.start("seller-assistant", { items } as never);
    await page.goto(`${site.demo.url}/runs/${runId}?at=listings%5B15%5D.price`);
    await page.locator('[data-path="review"][data-state="waiting"]').waitFor();
    await page.keyboard.press("4");
    await page.getByText("seller-assistant@0.1.0").waitFor();
    const chosen = page.locator('.source-line[data-chosen="true"]');
    await chosen.first().waitFor();
    expect((await chosen.allTextContents()).join("")).toContain('"toolName": "price_item"');
    await page.mouse.move(600, 500);
    await page.mouse.wheel(0, 5000);
    await page.getByRole("button", { name: "saved: pending" }).click();
    await page.waitForURL((url) => url.searchParams.get("at") === "saved");
    expect((await chosen.allTextContents()).join("")).toContain('"id": "saved"');
    await page.mouse.wheel(0, -5000);
    await page.getByRole("button", { name: "listings.price: failed" }).click();
    await page.waitForURL((url) => url.searchParams.get("at") === "listings[15].price");
    await page.getByText("← item.cost").waitFor();
    expect(troubles).toEqual([]);
    await context.close();
  });

  test("runs are found by a part of their name or id, and by their states", async () => {
    const { page, troubles, context } = await visit(site);
    const failed = await site.demo.start("no-luck");
    const asking = await site.demo.start("approve-refund", { amount: 3 });
    await page
      .getByText(/Failed at price: SHOP_BAD_COST/)
      .first()
      .waitFor();
    await page.getByText("approve asks: Refund 3 EUR to the customer?").waitFor();
    const filter = page.getByLabel("Filter by id or workflow");
    const rows = page.locator("tbody tr");
    await filter.fill("LUCK");
    await expect.poll(() => rows.allTextContents()).toEqual([expect.stringContaining("no-luck")]);
    await page.reload();
    expect(await filter.inputValue()).toBe("LUCK");
    await filter.fill(asking.slice(-6));
    await expect.poll(() => rows.count()).toBe(1);
    expect(await rows.first().textContent()).toContain("approve-refund");
    await filter.fill("no such run");
    await page.getByRole("button", { name: "Show all runs" }).click();
    await page.getByRole("button", { name: /^failed \d+$/ }).click();
    await page.waitForURL((url) => url.searchParams.get("status") === "failed");
    await expect
      .poll(async () => (await rows.allTextContents()).every((text) => text.startsWith("failed")), { timeout: 10_000 })
      .toBe(true);
    expect(await page.locator(`a[href="/runs/${failed}"]`).count()).toBe(1);
    await page.getByRole("button", { name: /^suspended \d+$/ }).click();
    await page.locator(`a[href="/runs/${asking}"]`).waitFor();
    expect(troubles).toEqual([]);
    await context.close();
  });

  test("open requests beyond a page are loaded", async () => {
    const { page, troubles, context } = await visit(site);
    for (const amount of [11, 12, 13]) await site.demo.start("approve-refund", { amount });
    // As if a page had one request alone.
    await page.route(/\/v1\/tasks\?limit=200/, (route) =>
      route.continue({ url: route.request().url().replace("limit=200", "limit=1") }),
    );
    await page.goto(`${site.demo.url}/approvals`);
    const entries = page.locator("a.entry");
    await expect.poll(() => entries.count()).toBe(1);
    for (const count of [2, 3]) {
      await page.getByRole("button", { name: "More requests" }).click();
      await expect.poll(() => entries.count()).toBe(count);
    }
    expect(troubles).toEqual([]);
    await context.close();
  });

  test("what models say is shown, as it comes and afterwards", async () => {
    const { page, troubles, context } = await visit(site);
    const runId = await site.demo.start("support", { name: "Kim" });
    await page.goto(`${site.demo.url}/runs/${runId}?at=stock`);
    await page.getByText("There are 7 bowls left").first().waitFor();
    await page.getByText("How many bowls are left for Kim?").first().waitFor();
    await page.getByText("$0.0084").waitFor();
    await page.goto(`${site.demo.url}/runs/${runId}?at=slogan`);
    await page.getByRole("heading", { name: "Round 1 propose" }).waitFor();
    await page.goto(`${site.demo.url}/runs/${runId}?at=letter`);
    await page.getByText("Write to Kim: the parcel is sent.").first().waitFor();
    expect(troubles).toEqual([]);
    await context.close();
  });

  test("a wait counts down, and takes a signal from the page", async () => {
    const { page, troubles, context } = await visit(site);
    const runId = await site.demo.start("delivery");
    await page.goto(`${site.demo.url}/runs/${runId}?at=cooling`);
    await page.getByText(/Continues at/).waitFor();
    await page.goto(`${site.demo.url}/runs/${runId}?at=booking`);
    await page.getByText("compensate reserve").first().waitFor();
    await page.goto(`${site.demo.url}/runs/${runId}?at=paid`);
    await page.getByLabel("Signal", { exact: true }).selectOption("voucher");
    await page.getByLabel(/Payload/).fill('{"code": 5}');
    await page.getByRole("button", { name: "Send signal" }).click();
    await page.locator('[data-path="paid"][data-state="completed"]').waitFor();
    expect(await site.demo.read(`/v1/runs/${runId}/nodes/paid`)).toMatchObject({
      output: { signal: "voucher", payload: { code: 5 } },
    });
    expect(troubles).toEqual([]);
    await context.close();
  });
});
