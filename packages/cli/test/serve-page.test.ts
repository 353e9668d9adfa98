import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeAll, expect, test, vi } from "vitest";
import type { runCli as RunCli } from "../src/index.ts";
import { folderWith } from "./fake-terminal.ts";

const page = vi.hoisted(() => ({ assetsFolder: "/there/is/no/such/folder" }));
vi.mock("@ice/studio", () => ({
  get assetsFolder() {
    return page.assetsFolder;
  },
}));

let runCli: typeof RunCli;

// Test files share their modules: the command is loaded again, with the folder above.
beforeAll(async () => {
  vi.resetModules();
  ({ runCli } = await import("../src/index.ts"));
});

afterEach(() => rmSync(page.assetsFolder, { recursive: true, force: true }));

function buildPage(): void {
  page.assetsFolder = folderWith({ "index.html": "<!doctype html><title>ice</title>" });
  mkdirSync(join(page.assetsFolder, "assets"));
  writeFileSync(join(page.assetsFolder, "assets/a.js"), "export {};");
}

/** Runs `ice serve` until it listens, calls `look` with what it has printed, and stops it. */
async function serve(
  argv: readonly string[],
  isTTY: boolean,
  look: (printed: string) => Promise<unknown>,
): Promise<{ readonly stdout: string; readonly stderr: string; readonly seen: unknown }> {
  const written = { stdout: "", stderr: "" };
  let seen: unknown;
  const code = await runCli(["serve", "--port", "0", ...argv], {
    cwd: folderWith({}),
    env: { NO_COLOR: "1" },
    stdout: { write: (text) => (written.stdout += text), isTTY },
    stderr: { write: (text) => (written.stderr += text), isTTY },
    readStdin: async () => "",
    onInterrupt(callback) {
      void look(written.stdout + written.stderr)
        .then((found) => (seen = found))
        .finally(callback);
      return () => undefined;
    },
  });
  expect(code).toBe(0);
  return { ...written, seen };
}

async function statuses(printed: string): Promise<object> {
  const url = /http:\/\/[\d.]+:\d+/.exec(printed)![0];
  const once = /#once=([\w-]+)/.exec(printed)?.[1] ?? "wrong";
  const headers = { "content-type": "application/json" };
  const session = await fetch(`${url}/v1/session`, { method: "POST", headers, body: JSON.stringify({ once }) });
  return { page: (await fetch(url)).status, session: session.status };
}

test("with --json the link of the page is the field `studio`", async () => {
  buildPage();
  const { stdout, stderr, seen } = await serve(["--json"], false, statuses);
  const link = expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/#once=[\w-]{43}$/);
  expect(JSON.parse(stdout)).toEqual({ url: expect.any(String), studio: link });
  expect(stderr).toBe("");
  expect(seen).toEqual({ page: 200, session: 201 });
});

test("a terminal shows the link, a log does not", async () => {
  buildPage();
  const shown = await serve([], true, statuses);
  expect(shown.stderr).toMatch(/open http:\/\/127\.0\.0\.1:\d+\/#once=[\w-]{43} /);
  expect(shown.seen).toEqual({ page: 200, session: 201 });
  buildPage();
  const logged = await serve([], false, statuses);
  expect(logged.stderr).toContain("listening");
  expect(logged.stderr).not.toContain("once");
});

test("in a checkout where the page is not built there is the API alone, and no link", async () => {
  const { stdout, seen } = await serve(["--json"], true, statuses);
  expect(JSON.parse(stdout)).toEqual({ url: expect.any(String) });
  expect(seen).toEqual({ page: 404, session: 401 });
  expect((await serve([], false, statuses)).stderr).toContain(
    "no page: it is not built; in a clone of ice, run pnpm build",
  );
  expect((await serve(["--quiet"], false, async () => undefined)).stderr).toBe("");
});
