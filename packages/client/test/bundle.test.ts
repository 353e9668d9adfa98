import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { rolldown } from "rolldown";
import { expect, test } from "vitest";

test("the client is at most 8 KB for a browser, and imports nothing", async () => {
  const input = fileURLToPath(new URL("../src/index.ts", import.meta.url));
  const bundle = await rolldown({ input, platform: "browser", external: () => false });
  const { output } = await bundle.generate({ format: "esm", minify: true });
  await bundle.close();
  expect(output).toHaveLength(1);
  const [{ code, imports, dynamicImports }] = output;
  expect([...imports, ...dynamicImports]).toEqual([]);
  expect(code).not.toMatch(/\b(?:process|Buffer|require|import)\b\s*[.(]/);
  expect(gzipSync(code).byteLength).toBeLessThanOrEqual(8 * 1024);
});
