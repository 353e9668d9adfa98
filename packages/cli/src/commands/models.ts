import { LanguageModelService, type ModelCatalog } from "@ice/core";
import { defineCommand } from "../args/command.ts";
import { verbOf } from "../args/verbs.ts";
import { withIce, type IceContext } from "../config/start-ice.ts";
import { exitCodes } from "../output/exit-codes.ts";
import { printJson } from "../output/print-json.ts";
import { table } from "../output/table.ts";

type Verb = (context: IceContext) => number;

const list: Verb = ({ runtime, flags, terminal }) => {
  const catalog = runtime.use(LanguageModelService).list();
  if (flags.json) printJson(terminal, catalog);
  else terminal.stdout.write(shownAs(catalog));
  return exitCodes.completed;
};

function shownAs({ models, aliases, pricesDate }: ModelCatalog): string {
  const providers = models.map(({ provider, ready, fix = "" }) => [provider, ready ? "ready" : fix] as const);
  const chains = Object.entries(aliases).map(([name, chain]) => [name, chain.join(", then ")] as const);
  return `Providers:\n${table(providers, 2)}\nAliases:\n${table(chains, 2)}\nPrices of ${pricesDate}, unless the configuration gives others.\n`;
}

const verbs: Readonly<Record<string, Verb>> = { list };

export const modelsCommand = defineCommand({
  usage: ["models list"],
  summary: "List the providers of models that are ready, what the others need, and the aliases",
  maxOperands: 1,
  flags: {},
  examples: ["ice models list", "ice models list --json"],
  execute(context) {
    const [name = "list"] = context.operands;
    const verb = verbOf("models", verbs, name, "use list");
    return withIce(context, {}, verb);
  },
});
