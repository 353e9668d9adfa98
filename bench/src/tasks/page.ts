import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { setTimeout as delay } from "node:timers/promises";
import { missing, openSite, visit, type Site, type Visit } from "../../../packages/studio/test/page.ts";
import { percentile } from "../statistics.ts";

export interface PageFigures {
  /** Script, style and document of the page. */
  readonly gzipBytes: number;
  /** While a graph of 1,014 nodes is dragged, and while it is zoomed. */
  readonly dragFrames: number;
  readonly zoomFrames: number;
  /** From a node's end to its card in the page, milliseconds, 95th percentile. */
  readonly event95: number;
}

/** The page in a browser, before a server in this process. */
export async function measurePage({ rounds }: { readonly rounds: number }): Promise<PageFigures> {
  if (missing !== "") throw new Error(`There is no browser${missing}; ICE_CHROMIUM names one.`);
  const site = await openSite();
  try {
    const guest = await visit(site);
    const event95 = percentile(await cardDelays(site, guest, rounds), 0.95);
    return { gzipBytes: gzipBytes(site.assets), event95, ...(await frames(site, guest)) };
  } finally {
    await site.close();
  }
}

const gzipBytes = (folder: string): number =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(html|js|css)$/.test(entry.name))
    .reduce((sum, { parentPath, name }) => sum + gzipSync(readFileSync(join(parentPath, name))).byteLength, 0);

/** Frames in a second while a pointer moves the graph, one movement of the pointer or wheel after another. */
async function frames({ demo }: Site, { page }: Visit): Promise<Pick<PageFigures, "dragFrames" | "zoomFrames">> {
  const runId = await demo.start("many", { items: Array.from({ length: 500 }, (_, index) => index) });
  await page.goto(`${demo.url}/runs/${runId}`);
  await page.getByText("1,004 completed").waitFor();
  const box = (await page.locator(".graph-canvas").boundingBox())!;
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  await page.mouse.move(x, y);
  const during = async (move: (step: number) => Promise<void>): Promise<number> => {
    const counted = page.evaluate<number>(countFrames);
    const until = performance.now() + countedMs;
    for (let step = 0; performance.now() < until; step += 1) await move(step);
    return counted;
  };
  const zoomFrames = await during((step) => page.mouse.wheel(0, step % 20 < 10 ? -40 : 40));
  await page.mouse.down();
  const dragFrames = await during((step) => page.mouse.move(x + (step % 40) * 4, y + (step % 20) * 4));
  await page.mouse.up();
  return { dragFrames, zoomFrames };
}

const countedMs = 3000;

/** Text for the browser: how many frames there are in a second. */
const countFrames = `new Promise((resolve) => {
  const began = performance.now();
  let count = 0;
  const next = () => {
    const elapsed = performance.now() - began;
    if (elapsed >= ${countedMs}) return resolve((count * 1000) / elapsed);
    count += 1;
    requestAnimationFrame(next);
  };
  requestAnimationFrame(next);
})`;

/** How long after the end of a node its card says so. */
async function cardDelays({ demo }: Site, { page }: Visit, rounds: number): Promise<number[]> {
  const delays: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const runId = await demo.start(steps);
    await page.goto(`${demo.url}/runs/${runId}`);
    await page.evaluate(watchCards);
    await page.locator(".crumbs .state", { hasText: "completed" }).waitFor();
    await delay(200);
    const seen = await page.evaluate<Record<string, number>>("window.seen");
    const { nodes } = (await demo.read(`/v1/runs/${runId}/nodes`)) as { nodes: { path: string; endedAt: number }[] };
    // The first node may have ended before the page was there.
    for (const { path, endedAt } of nodes.slice(1)) if (path in seen) delays.push(seen[path]! - endedAt);
  }
  return delays;
}

const steps = {
  schemaVersion: "ice/v1",
  name: "steps",
  nodes: Array.from({ length: 11 }, (_, index) => ({
    id: `n${index}`,
    type: "tool",
    toolName: "sleep_ms",
    toolArgs: { ms: index === 0 ? 1500 : 150 },
    ...(index > 0 && { dependencies: [`n${index - 1}`] }),
  })),
};

/** Text for the browser: keeps the time of the first frame in which a card says that its node has completed. */
const watchCards = `{
  window.seen = {};
  const look = () => {
    for (const card of document.querySelectorAll('.card[data-state="completed"]')) window.seen[card.dataset.path] ??= Date.now();
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}`;
