/** Starts a shop, kills it in the middle, starts it again: what was shipped is not shipped again. */
import { spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const folder = mkdtempSync(join(tmpdir(), "ice-crash-"));
const log = join(folder, "shipped.log");
const shop = fileURLToPath(new URL("shop.ts", import.meta.url));

const start = (): ChildProcess =>
  spawn(process.execPath, ["--conditions=@ice/source", shop, folder], { stdio: ["ignore", "inherit", "inherit"] });
const ended = (child: ChildProcess): Promise<void> => new Promise((resolve) => child.on("close", () => resolve()));
const shipped = (): string[] => {
  try {
    return readFileSync(log, "utf8").trim().split("\n");
  } catch {
    return []; // nothing was shipped yet
  }
};

const victim = start();
while (shipped().length < 1) await new Promise((resolve) => setTimeout(resolve, 20));
await new Promise((resolve) => setTimeout(resolve, 100));
victim.kill("SIGKILL");
await ended(victim);
console.log(`killed -9 after: ${shipped().join(", ")}`);

await ended(start());
const parcels = shipped();
console.log(parcels.join("\n"));
rmSync(folder, { recursive: true });
if (parcels.filter((line) => line.startsWith("first")).length !== 1)
  throw new Error("the first parcel was shipped twice");
