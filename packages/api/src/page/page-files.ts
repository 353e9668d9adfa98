import { readdirSync, readFileSync } from "node:fs";
import { extname, join } from "node:path";

interface Asset {
  readonly type: string;
  readonly text: string;
}

/** The files of a page: its document, and the assets that it names. */
export interface PageFiles {
  readonly document: string;
  /** By file name. */
  readonly assets: ReadonlyMap<string, Asset>;
}

const types: Readonly<Record<string, string>> = {
  ".css": "text/css; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".svg": "image/svg+xml",
};

/**
 * Reads the files of a page: `index.html`, and what is in `assets/`. Requests are answered from memory, so no name that a request
 * contains becomes a path.
 *
 * @throws an error of the file system.
 */
export function readPageFiles(folder: string): PageFiles {
  const assets = new Map<string, Asset>();
  for (const name of readdirSync(join(folder, "assets"))) {
    const type = types[extname(name)];
    if (type !== undefined) assets.set(name, { type, text: readFileSync(join(folder, "assets", name), "utf8") });
  }
  return { document: readFileSync(join(folder, "index.html"), "utf8"), assets };
}
