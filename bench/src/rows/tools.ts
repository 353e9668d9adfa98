import { inChild } from "../in-child.ts";
import { atMost, type Row, type RowReport, type Thoroughness } from "../report/row.ts";
import { median, percentile99 } from "../statistics.ts";

/** The cost of ice's part in calls of tools: MCP over its client, the search for secrets, the time that an abort takes. */
export const tools: Row = { name: "tools", measure };

const secretCounts = [1, 10, 100] as const;

async function measure({ quick, processes }: Thoroughness): Promise<RowReport> {
  const rounds = quick ? 3 : 11;
  const calls = { client: [] as number[], ice: [] as number[], extra: [] as number[] };
  const scrubbing = new Map(secretCounts.map((secrets) => [secrets, [] as number[]]));
  for (let process = 0; process < processes; process += 1) {
    const { client, ice } = await inChild("mcp", { rounds, calls: quick ? 50 : 500 });
    calls.client.push(...client);
    calls.ice.push(...ice);
    calls.extra.push(...ice.map((ms, round) => ms - client[round]!)); // adjacent rounds see the same disturbances
    for (const [secrets, figures] of scrubbing) figures.push(...(await inChild("scrubbing", { rounds, secrets })));
  }
  const abort = percentile99(await inChild("toolAborts", { aborts: quick ? 20 : 200 }));
  const ms = (figures: readonly number[]): string => `${median(figures).toFixed(2)} ms`;
  const scrub = (secrets: (typeof secretCounts)[number]): number => median(scrubbing.get(secrets)!);
  return {
    tables: [
      {
        head: ["", "median"],
        rows: [
          ["a call of an MCP tool over stdio, with the client alone", ms(calls.client)],
          ["the same through ice", ms(calls.ice)],
          ...secretCounts.map((secrets) => [
            `search a KiB for ${secrets === 1 ? "one secret" : `${secrets} secrets`}`,
            `${scrub(secrets).toFixed(2)} µs`,
          ]),
        ],
      },
    ],
    verdicts: [
      atMost("MCP, beyond its client", 1, median(calls.extra), { unit: " ms per call" }),
      atMost("search for 10 secrets", 1, scrub(10), { unit: " µs per KiB" }),
      atMost("an abort is at the server of a tool, 99th percentile", 50, abort, { unit: " ms", digits: 1 }),
    ],
    figures: { calls, scrubbing: Object.fromEntries(scrubbing), abort },
  };
}
