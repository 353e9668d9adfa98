import { IceError } from "@ice/core";
import { shorten } from "@ice/core/internal";
import type { PageFiles } from "../page/page-files.ts";
import { defineOpenRoute, type Answer, type Route } from "./route.ts";

/** Addresses of the page. Each one answers with its document, which shows what the address says. */
const paths = [
  "/",
  "/runs",
  "/runs/{runId}",
  "/approvals",
  "/approvals/{runId}",
  "/workflows",
  "/workflows/{name}",
  "/networks",
  "/networks/{runId}",
  "/tools",
];

const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
].join("; ");

/** First parts of the addresses that belong to programs and files: what is unknown there is a problem, not a page. */
const reserved = new Set(["v1", "mcp", "assets", "metrics", "livez", "readyz", "openapi.json"]);

const documentAnswer = (files: PageFiles, status: number): Answer => ({
  status,
  text: files.document,
  headers: {
    "content-type": "text/html; charset=utf-8",
    "content-security-policy": policy,
    "x-frame-options": "DENY",
  },
});

/**
 * The answer to a request for an unknown address: the page, which says so, if a browser opens it.
 *
 * @returns undefined for a program, and for an address that belongs to programs.
 */
export function unknownPage(files: PageFiles, { method, headers, url }: Request): Answer | undefined {
  const isOpened = (method === "GET" || method === "HEAD") && headers.get("accept")?.includes("text/html") === true;
  const [, first = ""] = new URL(url).pathname.split("/");
  return isOpened && !reserved.has(first) ? documentAnswer(files, 404) : undefined;
}

/** The routes of the page, which need no token: its files are the same for everyone. */
export function pageRoutes(files: PageFiles): readonly Route[] {
  const document = documentAnswer(files, 200);
  const documents = paths.map((path) =>
    defineOpenRoute({
      method: "GET",
      path,
      summary: "The page",
      ignoresQuery: true,
      answers: { 200: { description: "The page." } },
      handle: () => document,
    }),
  );
  const asset = defineOpenRoute({
    method: "GET",
    path: "/assets/{file}",
    summary: "A file of the page",
    answers: { 200: { description: "The file, whose name changes with its content." } },
    handle({ params }) {
      const name = params["file"]!;
      const found = files.assets.get(name);
      if (found === undefined)
        throw new IceError("ICE_ROUTE_NOT_FOUND", `The page has no file ${shorten(name)}.`, { fix: "reload the page" });
      const headers = { "content-type": found.type, "cache-control": "public, max-age=31536000, immutable" };
      return { status: 200, text: found.text, headers };
    },
  });
  return [...documents, asset];
}
