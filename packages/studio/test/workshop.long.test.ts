import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { faults } from "./faults.ts";
import { missing, openSiteOf, visit, visitAsReader, type Site } from "./page.ts";
import { edited, network, startWorkshop, stored, type Workshop } from "./workshop.ts";

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const bad = '{\n  "name": "edited",\n  "nodes": [tol\n}';

describe.skipIf(missing !== "")(`workflows, networks and tools in a browser${missing}`, () => {
  let site: Site<Workshop>;
  beforeAll(async () => {
    site = await openSiteOf(startWorkshop);
    const { blueprints } = site.demo.client;
    const { hash } = await blueprints.create({ blueprint: stored("one") });
    await blueprints.replace("weekly-summary", { blueprint: stored("two") }, { ifMatch: hash });
  });
  afterAll(() => site.close());

  const good = (): void => site.demo.file.write(JSON.stringify(edited(["one", "two"]), null, 2));

  test("revisions are listed, the newest first, and each one shows its source, hash, and who stored it when", async () => {
    const { page, troubles, context } = await visit(site);
    await page.goto(`${site.demo.url}/workflows/weekly-summary`);
    await page.locator('.card[data-path="collect"]').waitFor();
    await page.getByRole("tab", { name: "Revisions" }).click();
    const list = page.getByRole("list", { name: "Revisions" }).getByRole("button");
    await list.first().waitFor();
    const texts = await list.allInnerTexts();
    expect(texts.map((text) => /Revision \d( current)?/.exec(text.replaceAll(/\s+/g, " "))?.[0])).toEqual([
      "Revision 2 current",
      "Revision 1",
    ]);
    await page.getByRole("region", { name: "Source of revision 2" }).getByText('"two"').waitFor();
    await page.getByText("1 line added, 1 removed since revision 1").waitFor();
    expect(await page.locator('.text-line[data-added="true"]').allInnerTexts()).toEqual([
      expect.stringContaining('"text": "two"'),
    ]);
    await page.getByRole("button", { name: /Revision 1/ }).click();
    await page.waitForURL((url) => url.searchParams.get("revision") === "1");
    await page.getByRole("region", { name: "Source of revision 1" }).getByText('"one"').waitFor();
    const { hash } = await site.demo.client.blueprints.get("weekly-summary", { revision: 1 });
    const head = page.locator(".filters", { hasText: "Revision 1" });
    expect(await head.innerText()).toContain(hash.slice(0, 12));
    expect(await head.innerText()).toMatch(/by kim, \d\d:\d\d:\d\d today/);
    await page.reload();
    await page.getByRole("region", { name: "Source of revision 1" }).waitFor();
    expect(troubles).toEqual([]);
    await context.close();
  });

  test("a workflow that is registered in code shows its graph and inputs before the first run", async () => {
    const { page, troubles, context } = await visit(site);
    await page.goto(`${site.demo.url}/workflows/nightly-load`);
    await page.locator('.card[data-path="parts.fetch"]').waitFor();
    expect(await page.locator(".card").count()).toBe(4);
    await page.getByText("As 2026-01-31.").waitFor();
    await page.getByLabel("Day").fill("2026-01-31");
    await page.locator('.card[data-path="parts.store"]').click();
    const selected = page.getByRole("complementary", { name: "Selected node" });
    await selected.getByText("Calls a registered tool").waitFor();
    expect(await selected.locator("pre").innerText()).toContain('"id": "store"');
    await page.keyboard.press("Escape");
    expect(await page.getByLabel("Day").inputValue()).toBe("2026-01-31");
    await page.getByRole("tab", { name: "Source" }).click();
    await page.getByRole("region", { name: "Source of nightly-load" }).getByText('"fetch"').first().waitFor();
    await page.getByText("no issues").waitFor();
    await page.getByLabel("Day").fill("2026-02-01");
    await page.keyboard.press("Control+Enter");
    await page.waitForURL(/\/runs\/[\w-]+/);
    await page.locator(".crumbs .state", { hasText: "completed" }).waitFor();
    expect(troubles).toEqual([]);
    await context.close();
  });

  test("a network is a graph of runs that changes while one looks, and a click opens a run", async () => {
    const { page, troubles, context } = await visit(site);
    const { runId } = await site.demo.client.runs.start({ blueprint: network });
    await page.goto(`${site.demo.url}/runs/${runId}`);
    await page.waitForURL(`**/networks/${runId}`);
    await page.locator('.card[data-path="clean"][data-state="completed"]').waitFor();
    await page.locator('.card[data-path="broken"][data-state="failed"]').waitFor();
    await page.locator('.card[data-path="review"][data-state="waiting"]').waitFor();
    await page.locator('.card[data-path="send"][data-state="pending"]').waitFor();
    await page.locator('tr[data-id="review"]').getByText("asks: Send the report to the board?").waitFor();
    await page
      .locator('tr[data-id="broken"]')
      .getByText(/failed on purpose/)
      .waitFor();
    const { tasks } = await site.demo.client.tasks.list({ runId: `${runId}.review` });
    await site.demo.client.tasks.respond(tasks[0]!.token!, { approved: true });
    await page.locator('.card[data-path="send"][data-state="completed"]').waitFor();
    await page.locator(".crumbs .state", { hasText: "failed" }).waitFor();
    await page.locator('.card[data-path="send"]').click();
    await page.waitForURL(`**/runs/${runId}.send`);
    await page.locator('.card[data-path="second"]').waitFor();
    await page.goto(`${site.demo.url}/networks`);
    await page.getByText("broken failed, 4 completed").click();
    await page.waitForURL(`**/networks/${runId}`);
    expect(troubles).toEqual([]);
    await context.close();
  });

  test("what a token may not do to a network is not offered", async () => {
    const { runId } = await site.demo.client.runs.start({ blueprint: { ...network, name: "not-offered" } });
    const { page, context } = await visitAsReader(site);
    await page.goto(`${site.demo.url}/networks/${runId}`);
    for (const name of ["Cancel", "Run again"]) {
      const button = page.getByRole("button", { name });
      await button.waitFor();
      expect(await button.isDisabled(), name).toBe(true);
      expect(await button.getAttribute("title")).toMatch(/does not have the scope/);
    }
    await context.close();
  });

  test("a mistake in a file keeps the last good graph under a red strip, within 300 ms, until it is corrected", async () => {
    good();
    const { page, troubles, context } = await visit(site);
    await page.getByRole("link", { name: "edited.json" }).click();
    await page.locator('.card[data-path="two"]').waitFor();
    const strip = page.getByRole("alert");
    const times: number[] = [];
    for (let round = 0; round < 3; round += 1) {
      const began = performance.now();
      site.demo.file.write(bad);
      await strip.getByText("flows/edited.json:3").waitFor();
      times.push(performance.now() - began);
      expect(await strip.innerText()).toMatch(/unknown node type.*Fix write type: tool/s);
      expect(await page.locator(".card").count()).toBe(2);
      site.demo.file.write(JSON.stringify(edited(["one", "two", `three${round}`])));
      await page.locator(`.card[data-path="three${round}"]`).waitFor();
      expect(await strip.count()).toBe(0);
      good();
      await page.locator(`.card[data-path="three${round}"]`).waitFor({ state: "detached" });
    }
    expect(times.toSorted((a, b) => a - b)[1]).toBeLessThan(300);
    site.demo.file.write(bad);
    await page.getByRole("button", { name: "Show the line" }).click();
    await page.locator('.text-line[data-severity="error"]').getByText("[tol").waitFor();
    good();
    await page.getByText("no issues").waitFor();
    expect(troubles).toEqual([]);
    await context.close();
  });

  test("the palette jumps to pages, workflows, networks, tools, node types, files and runs", async () => {
    const { page, troubles, context } = await visit(site);
    const { runId } = await site.demo.client.runs.start({ blueprint: { ...network, name: "palette-network" } });
    const jump = async (text: string, address: string): Promise<void> => {
      await page.keyboard.press("Control+k");
      await page.getByRole("combobox").fill(text);
      await page.getByRole("option").first().waitFor();
      await page.keyboard.press("Enter");
      // A page may add to its address at once what is selected on it.
      await page.waitForURL((url) => `${url.pathname}${url.search}`.startsWith(address));
    };
    await jump("approvals", "/approvals");
    await jump("weekly", "/workflows/weekly-summary");
    await jump("palette-network", `/networks/${runId}`);
    await jump("pause tool", "/tools?kind=Tools&name=pause");
    await page.getByRole("heading", { name: "pause" }).waitFor();
    await jump("loop node", "/tools?kind=Node+types&name=loop");
    await jump("writer", "/tools?kind=Agents&name=writer");
    await jump("edited.json", "/workflows/edited");
    await jump(`${runId}.load`, `/runs/${runId}.load`);
    expect(troubles).toEqual([]);
    await context.close();
  });

  test("the rail says which server and store one looks at, and schedules say when they start what", async () => {
    const { page, troubles, context } = await visit(site);
    await page.locator(".rail").getByText("v0.1.0").waitFor();
    await page.locator(".rail").getByText("sqlite:.ice/ice.db").waitFor();
    await page.locator(".brand").getByText("dev").waitFor();
    await page.goto(`${site.demo.url}/tools?kind=Schedules`);
    const row = page.getByRole("row", { name: /nightly/ });
    await row.getByText("0 3 * * *").waitFor();
    await row.getByText(/in \d+ (h|min|s)/).waitFor();
    await row.getByText("not yet").waitFor();
    await row.getByRole("link", { name: "steps" }).click();
    await page.waitForURL("**/workflows/steps");
    expect(troubles).toEqual([]);
    await context.close();
  });

  test.each(["light", "dark"] as const)("no page has a serious fault of accessibility, %s", async (theme) => {
    const { page, troubles, context } = await visit(site, theme);
    const { runId } = await site.demo.client.runs.start({ blueprint: network });
    site.demo.file.write(bad);
    const found: Record<string, string[]> = {};
    for (const path of [
      `/networks/${runId}`,
      "/networks",
      "/workflows",
      "/workflows/nightly-load",
      "/workflows/weekly-summary?tab=Source",
      "/workflows/weekly-summary?tab=Revisions",
      "/workflows/edited",
      "/workflows/edited?tab=Source",
      "/tools?name=pause",
      "/tools?kind=Node+types&name=loop",
      "/tools?kind=Agents",
      "/tools?kind=Channels",
      "/tools?kind=Schedules",
    ]) {
      await page.goto(site.demo.url + path);
      await page.waitForTimeout(500);
      found[path] = await faults(page);
      if (path !== "/workflows/nightly-load") continue;
      await page.locator('.card[data-path="plan"]').click();
      found["a node"] = await faults(page);
    }
    await page.keyboard.press("Control+k");
    await page.getByRole("option").first().waitFor();
    found["palette"] = await faults(page);
    expect(Object.entries(found).filter(([, faults]) => faults.length > 0)).toEqual([]);
    expect(troubles).toEqual([]);
    good();
    await context.close();
  });
});
