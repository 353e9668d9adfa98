import { inChild } from "../in-child.ts";
import { atLeast, atMost, type Row, type RowReport, type Thoroughness } from "../report/row.ts";
import { median } from "../statistics.ts";
import type { PageFigures } from "../tasks/page.ts";

/** The page of the server, in a browser. */
export const page: Row = { name: "page", measure };

async function measure({ quick }: Thoroughness): Promise<RowReport> {
  const figures: PageFigures[] = [];
  for (let round = 0; round < (quick ? 1 : 5); round += 1)
    figures.push(await inChild("page", { rounds: quick ? 1 : 4 }));
  const of = (what: keyof PageFigures): number => median(figures.map((figure) => figure[what]));
  const kib = of("gzipBytes") / 1024;
  return {
    tables: [
      {
        head: ["", "median"],
        rows: [
          ["script, style and document, gzip", `${kib.toFixed(0)} KiB`],
          ["a graph of 1,014 nodes is dragged", `${of("dragFrames").toFixed(0)} frames/s`],
          ["it is zoomed", `${of("zoomFrames").toFixed(0)} frames/s`],
          ["from the end of a node to its card, 95th percentile", `${of("event95").toFixed(0)} ms`],
        ],
      },
    ],
    verdicts: [
      atMost("size", 300, kib, { unit: " KiB", digits: 0 }),
      atLeast("drag 1,014 nodes", 30, of("dragFrames"), { unit: " frames/s" }),
      atLeast("zoom 1,014 nodes", 30, of("zoomFrames"), { unit: " frames/s" }),
      atMost("from the end of a node to its card", 200, of("event95"), { unit: " ms", digits: 0 }),
    ],
    figures,
  };
}
