import { inChild } from "../in-child.ts";
import { atMost, type Row, type RowReport, type Thoroughness } from "../report/row.ts";
import { median } from "../statistics.ts";

const forms = { top: "in one list", loop: "in a loop", parallelLoop: "in a parallel loop" } as const;
type Form = keyof typeof forms;

/** The cost of nodes inside a loop, compared with the same nodes at top level. */
export const nested: Row = { name: "nested", measure };

async function measure({ quick, processes, effort }: Thoroughness): Promise<RowReport> {
  const pairs = quick ? 1000 : 10_000;
  const figures: Record<Form, number[]> = { top: [], loop: [], parallelLoop: [] };
  for (let process = 0; process < processes; process += 1)
    for (const form of Object.keys(forms) as Form[])
      figures[form].push(...(await inChild("nested", { form, pairs, ...effort })));
  const ratio = (form: Form): number => median(figures[form]) / median(figures.top);
  const count = pairs.toLocaleString("en");
  return {
    tables: [
      {
        head: [`${count} pairs of nodes`, "µs per node", "× in one list"],
        rows: (Object.keys(forms) as Form[]).map((form) => [
          forms[form],
          median(figures[form]).toFixed(2),
          `${ratio(form).toFixed(2)}×`,
        ]),
      },
    ],
    verdicts: [
      atMost("a loop against one list", 2, ratio("loop"), { unit: "×" }),
      atMost("a parallel loop against one list", 2, ratio("parallelLoop"), { unit: "×" }),
    ],
    figures,
  };
}
