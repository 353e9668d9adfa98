import { expect, onTestFinished, test } from "vitest";
import { blueprint, echo, serve } from "./serve.ts";

/** CPU time of this thread, which stands still while other processes have the processor. */
function cpuTimeMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}

/** The longest turn of the event loop while something is awaited. */
async function longestTurn(work: () => Promise<unknown>): Promise<number> {
  let [longest, last, isOver] = [0, cpuTimeMs(), false];
  const turn = (): void => {
    const now = cpuTimeMs();
    longest = Math.max(longest, now - last);
    last = now;
    if (!isOver) setImmediate(turn);
  };
  turn();
  await work();
  isOver = true;
  return longest;
}

const manyKeys = (prefix: string): object =>
  Object.fromEntries(Array.from({ length: 100_000 }, (_, index) => [`${prefix}${index}`, index]));

const bodies: Readonly<Record<string, (prefix: string) => object>> = {
  "arguments of a tool": (prefix) => ({ blueprint: blueprint([echo("a", manyKeys(prefix))]) }),
  metadata: (prefix) => ({ blueprint: blueprint([echo("a")], { metadata: manyKeys(prefix) }) }),
  "unknown fields": (prefix) => ({ blueprint: blueprint([echo("a")], manyKeys(prefix)) }),
};

test.each(Object.keys(bodies))(
  "100,000 keys are validated in turns, the longest of which parses them: %s",
  async (name) => {
    const { send, close } = await serve();
    onTestFinished(close);
    const turns: number[] = [];
    const parsing: number[] = [];
    // Names of their own, because those that are known already are parsed faster; of three, because garbage is collected in some.
    for (const attempt of ["a", "b", "c"]) {
      const body = JSON.stringify(bodies[name]!(attempt));
      const started = cpuTimeMs();
      JSON.parse(body.replaceAll(`"${attempt}`, `"${attempt}_`));
      parsing.push(cpuTimeMs() - started);
      const headers = { "content-type": "application/json" };
      turns.push(await longestTurn(() => send("/v1/validate", { method: "POST", body, headers })));
    }
    expect(Math.min(...turns)).toBeLessThan(1.7 * Math.min(...parsing));
  },
);
