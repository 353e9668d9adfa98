import { network } from "./network.ts";
import { cel, t } from "./templates.ts";

const start = network("nightly", { global: { region: "eu" }, maxConcurrency: 2 }).workflow("etl", {
  ref: "./etl.yaml",
});

// What fits compiles.
start
  .workflow("train", { ref: "./train.yaml", after: ["etl"], inputs: ({ etl }) => ({ rows: etl.output["rows"] }) })
  .workflow("report", {
    ref: "report@1.0.0",
    after: ["etl", "train"],
    inputs: ({ etl, train, inputs }) => ({
      size: cel`size(${etl.output["rows"]})`,
      text: t`${train.runId} in ${inputs.global.region}`,
    }),
  })
  .workflow("plain", { ref: "plain", inputs: { day: "2026-01-01" } })
  .build();

// @ts-expect-error there is no workflow `elt`
start.workflow("train", { ref: "./train.yaml", after: ["elt"] });
// @ts-expect-error it does not come after `etl`
start.workflow("train", { ref: "./train.yaml", inputs: ({ etl }) => ({ rows: etl.output }) });
// @ts-expect-error the id is taken
start.workflow("etl", { ref: "./train.yaml" });
// @ts-expect-error a workflow has no `rows` of its own
start.workflow("train", { ref: "./train.yaml", after: ["etl"], inputs: ({ etl }) => ({ rows: etl.rows }) });
// @ts-expect-error there is no `zone` in what all share
start.workflow("train", { ref: "./train.yaml", inputs: ({ inputs }) => ({ zone: inputs.global.zone }) });
// @ts-expect-error `ref` is missing
start.workflow("train", { after: ["etl"] });
// @ts-expect-error a misspelt field
start.workflow("train", { ref: "./train.yaml", afer: ["etl"] });
