import { createHash } from "node:crypto";
import { globSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { basename, join } from "node:path";
import { execFileSync } from "node:child_process";

/** A registry that contains only the packages of this repository, for `@scope:registry=URL` in an `.npmrc`. */
export interface PackageRegistry {
  /** `@ice`, wherever the packages are published. */
  readonly scope: string;
  readonly url: string;
  /** Its packages: name → version. */
  readonly versions: ReadonlyMap<string, string>;
  close(): void;
}

interface Tarball {
  readonly file: string;
  readonly manifest: { readonly name: string; readonly version: string };
  readonly bytes: Buffer;
}

/**
 * Serves the tarballs of a folder, so that `npm install @ice/cli` installs them with the same commands as in the
 * documents. Every other package comes from the registry that npm is configured with.
 */
export async function servePackages(folder: string): Promise<PackageRegistry> {
  const tarballs = globSync("*.tgz", { cwd: folder }).map((name) => readTarball(join(folder, name)));
  const server = createServer(({ url = "" }, response) => {
    const path = decodeURIComponent(url.slice(1));
    const file = tarballs.find((tarball) => basename(tarball.file) === path);
    const named = tarballs.find(({ manifest }) => manifest.name === path);
    if (file !== undefined) response.end(file.bytes);
    else if (named !== undefined) response.end(JSON.stringify(packument(named, address())));
    else response.writeHead(404).end("{}");
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const address = (): string => {
    const bound = server.address();
    if (bound === null || typeof bound === "string") throw new Error("the registry listens at no port");
    return `http://127.0.0.1:${bound.port}/`;
  };
  const versions = new Map(tarballs.map(({ manifest: { name, version } }) => [name, version]));
  const scope = tarballs[0]?.manifest.name.split("/")[0];
  if (scope === undefined) throw new Error(`there are no tarballs in ${folder}`);
  return { scope, url: address(), versions, close: () => server.close() };
}

function readTarball(file: string): Tarball {
  const text = execFileSync("tar", ["-xzOf", file, "package/package.json"], { encoding: "utf8" });
  return { file, manifest: JSON.parse(text) as Tarball["manifest"], bytes: readFileSync(file) };
}

/** A registry's document about a package, with an old date: package managers may refuse new releases. */
function packument({ file, manifest, bytes }: Tarball, url: string): object {
  const { name, version } = manifest;
  const integrity = `sha512-${createHash("sha512").update(bytes).digest("base64")}`;
  const dist = { tarball: `${url}${basename(file)}`, integrity };
  return {
    name,
    "dist-tags": { latest: version },
    versions: { [version]: { ...manifest, dist } },
    time: { created: publishedAt, modified: publishedAt, [version]: publishedAt },
  };
}

const publishedAt = "2020-01-01T00:00:00.000Z";
