import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium, type Browser, type BrowserContext, type Page } from "playwright-core";
import { build } from "vite";
import { startDemo, type Demo } from "./demo.ts";

const executablePath = process.env["ICE_CHROMIUM"] ?? "/usr/bin/chromium";

/** Why there is no browser here; empty if there is one. */
export const missing = existsSync(executablePath) ? "" : ` (skipped: no ${executablePath} here)`;

/** What a visit needs of a server. */
type PageServer = Pick<Demo, "url" | "secret" | "tokenFor" | "close">;

/** A browser before a real server with the page. */
export interface Site<Server extends PageServer = Demo> {
  readonly demo: Server;
  readonly browser: Browser;
  /** The folder of the built page. */
  readonly assets: string;
  close(): Promise<void>;
}

export const openSite = (): Promise<Site> => openSiteOf(startDemo);

/** The same before another server. */
export async function openSiteOf<Server extends PageServer>(
  start: (assets: string) => Promise<Server>,
): Promise<Site<Server>> {
  const folder = mkdtempSync(join(tmpdir(), "ice-studio-"));
  await build({
    configFile: fileURLToPath(new URL("../vite.config.ts", import.meta.url)),
    logLevel: "error",
    build: { outDir: folder, emptyOutDir: true },
  });
  const demo = await start(folder);
  const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
  return {
    demo,
    browser,
    assets: folder,
    async close() {
      await browser.close();
      await demo.close();
      rmSync(folder, { recursive: true });
    },
  };
}

/** A page with a session, and what went wrong in it: errors, requests to other origins, what the policy has refused. */
export interface Visit {
  readonly page: Page;
  readonly context: BrowserContext;
  readonly troubles: string[];
}

export async function visit(
  { demo, browser }: Site<PageServer>,
  colorScheme: "light" | "dark" = "light",
): Promise<Visit> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, colorScheme });
  const page = await context.newPage();
  const troubles: string[] = [];
  page.on("pageerror", (error) => troubles.push(String(error)));
  page.on("console", (message) => {
    if (/Content Security Policy|TrustedHTML/i.test(message.text())) troubles.push(message.text());
  });
  page.on("request", (request) => {
    if (!request.url().startsWith(demo.url) && !request.url().startsWith("data:")) troubles.push(request.url());
  });
  await page.goto(`${demo.url}/#once=${demo.secret()}`);
  await page.getByRole("heading", { name: "Runs", exact: true }).waitFor();
  return { page, context, troubles };
}

/** The page of a person who has signed in with a token that may only read. */
export async function visitAsReader({ demo, browser }: Site<PageServer>): Promise<Omit<Visit, "troubles">> {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(demo.url);
  await page.getByLabel("Access token").fill(await demo.tokenFor("reader", ["read"]));
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.locator(".rail").getByText("reader").waitFor();
  return { page, context };
}
