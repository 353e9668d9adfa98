import { expect, test } from "vitest";
import { blueprint, echo, ice } from "./fake-terminal.ts";

const monitor = {
  id: "watch",
  type: "monitor",
  metricExpression: "metrics.nodesCompleted >= 1",
  actionOnTrigger: "alert",
  alertChannels: ["ops"],
};
const run = (send: string) =>
  ice(["run", "w.json", "--store", "memory:"], {
    files: {
      "w.json": blueprint([echo("a"), monitor]),
      "ice.config.mjs": `export default { channels: [{ name: "ops", send: ${send} }] };`,
    },
  });

test("an alert that is not delivered is a line, also when the run ends at once", async () => {
  const { code, stderr } = await run(
    `async () => { await new Promise((r) => setTimeout(r, 50)); throw new Error("no\\nroute"); }`,
  );
  expect(code).toBe(0);
  expect(stderr).toContain(`! watch the alert did not reach ops: no\\nroute\n`.replace("\\n", String.raw`\n`));
});

test("the command ends after its alerts are delivered", async () => {
  const { code, stderr } = await run(
    `async () => { await new Promise((r) => setTimeout(r, 50)); globalThis.iceAlertDelivered = true; }`,
  );
  expect([code, stderr.includes("! watch")]).toEqual([0, false]);
  expect(globalThis).toHaveProperty("iceAlertDelivered", true);
});
