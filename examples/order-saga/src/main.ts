/**
 * Two orders, whose processes are killed in the middle. One is shipped in time; the other one is not, and what was done is undone. It
 * prints the commands of `ice`, and what the shop has served: nothing twice, although a request was made twice.
 */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { Shop } from "./shop.ts";

const main = fileURLToPath(import.meta.resolve("../../../packages/cli/src/main.ts"));
const config = fileURLToPath(new URL("../ice.config.ts", import.meta.url));
const blueprint = fileURLToPath(new URL("../order.yaml", import.meta.url));

let kept = true;
const promise = (what: string, holds: boolean): void => {
  console.log(`${holds ? "✓" : "✗"} ${what}`);
  kept &&= holds;
};

/** One order, in a folder of its own. */
function newOrder() {
  const folder = mkdtempSync(join(tmpdir(), "ice-order-"));
  const shop = new Shop(join(folder, "shop.json"));
  const served = (): readonly string[] => shop.state.served.map(({ what }) => what);

  /** Executes a command of `ice`. @param victim - a request: once the shop has served it, the process is killed. */
  const ice = async (argv: readonly string[], victim?: string): Promise<string> => {
    console.log(`$ ice ${argv.join(" ").replace(blueprint, "order.yaml")}`);
    const child = spawn(process.execPath, ["--conditions=@ice/source", main, ...argv, "--config", config, "--quiet"], {
      cwd: folder,
      stdio: ["ignore", "pipe", "inherit"],
    });
    const ended = new Promise<number | null>((resolve) => child.on("close", resolve));
    const output = text(child.stdout);
    if (victim !== undefined) {
      while (child.exitCode === null && !served().includes(victim)) await delay(10);
      child.kill("SIGKILL");
    }
    const code = await ended;
    if (code === null) console.log(`kill -9: the shop has served ${victim}, and the run has no record of it\n`);
    else console.log(`${(await output).replace(` --config ${config}`, "")}exit code ${code}\n`);
    return output;
  };

  const printServed = (): void => {
    const lines = shop.state.served.map(({ what, times }) => `  ${what}${times > 1 ? ` (asked ${times} times)` : ""}`);
    console.log(`The shop has served:\n${lines.join("\n")}\n`);
  };
  return { shop, ice, served, printServed, close: () => rmSync(folder, { recursive: true }) };
}

async function shippedInTime(): Promise<void> {
  console.log("An order that is shipped in time\n");
  const { shop, ice, served, printServed, close } = newOrder();
  await ice(["run", blueprint, "--run-id", "order-1"], "charge_card");
  await ice(["resume", "order-1"]);
  await ice(["signal", "order-1", "shipped", "--as", "courier"]);
  const output = await ice(["resume", "order-1"]);
  printServed();
  promise("it is shipped", output.includes('"shipped": true'));
  promise(
    "nothing was reserved, paid or booked twice, and nothing undone",
    served().join() === "reserve_stock,charge_card,book_courier,enter_in_books",
  );
  promise("one item less, one payment more", shop.state.stock === 9 && shop.state.balance === 4.5);
  close();
}

async function notShipped(): Promise<void> {
  console.log("\nAn order that is not shipped in time\n");
  const { shop, ice, served, printServed, close } = newOrder();
  await ice(["run", blueprint, "--run-id", "order-2", "--input", "shipWithinSeconds=2", "--stay", "0"]);
  await delay(2000);
  await ice(["resume", "--due"], "refund_card");
  const output = await ice(["resume", "order-2"]);
  printServed();
  promise("it is not shipped", output.includes('"shipped": false'));
  promise(
    "everything is undone once, the last first; then the customer gets an apology",
    served().slice(3).join() === "cancel_courier,refund_card,release_stock,notify_customer,enter_in_books",
  );
  promise("stock and payments are as before", shop.state.stock === 10 && shop.state.balance === 0);
  close();
}

await shippedInTime();
await notShipped();
process.exitCode = kept ? 0 : 1;
