import { globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";

interface Manifest {
  readonly name: string;
  readonly repository?: { readonly directory: string };
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}
const root = join(import.meta.dirname, "../..");
const packages = globSync("packages/*/package.json", { cwd: root }).map((file) => ({
  folder: dirname(file),
  manifest: JSON.parse(readFileSync(join(root, file), "utf8")) as Manifest,
}));

test.each(packages)(
  "$manifest.name has zod as a peer when its sources or its types mention it",
  ({ folder, manifest }) => {
    const sources = globSync("src/**/*.ts", { cwd: join(root, folder) }).filter(
      (file) => !/\.test(-d)?\.ts$/.test(file),
    );
    const mentions =
      manifest.dependencies?.["@ice/core"] !== undefined ||
      sources.some((file) => /from "zod"/.test(readFileSync(join(root, folder, file), "utf8")));
    expect(manifest.dependencies?.["zod"]).toBeUndefined();
    expect(manifest.peerDependencies?.["zod"]).toBe(
      mentions || manifest.name === "@ice/tools" ? "catalog:peers" : undefined,
    );
  },
);

test.each(packages)("$manifest.name says where it comes from", ({ folder, manifest }) => {
  expect(manifest).toMatchObject({
    keywords: expect.any(Array),
    homepage: expect.any(String),
    bugs: expect.any(String),
    repository: { directory: folder },
  });
});
