import type { LanguageModelService, ModelAnswer, ModelDescription } from "@ice/core";
import type { Tape } from "./tape.ts";

/** Models whose answers come from a tape, or go to it. Keys are not needed for what is replayed. */
export function recordedModels(tape: Tape, live: LanguageModelService | undefined): LanguageModelService {
  return {
    describe(name) {
      if (tape.mode === "record" && live !== undefined) return remember(tape, name, live.describe(name));
      const known = tape.modelsOf(name);
      if (known === undefined && live !== undefined)
        return remember(tape, name, live.describe(name).map(withoutMissing) as unknown as Chain);
      const [first = name, ...rest] = known ?? [];
      return [describeModel(live, first), ...rest.map((model) => describeModel(live, model))];
    },
    list: () => live?.list() ?? { models: [], aliases: {}, pricesDate: "2026-01-01" },
    async generate(request, options) {
      const { answer, isLive } = await tape.play({
        kind: "model",
        request,
        live: live && (() => live.generate(request, options)),
        signal: options.signal,
      });
      const { text } = answer as ModelAnswer;
      if (!isLive && text !== "") options.onText?.(text);
      return answer as ModelAnswer;
    },
  };
}

type Chain = readonly [ModelDescription, ...ModelDescription[]];

/** Records the models of an alias, because without a key it may resolve to others. */
function remember(tape: Tape, name: string, chain: Chain): Chain {
  if (!name.includes("/") && tape.mode !== "replay")
    tape.addAlias(
      name,
      chain.map(({ model }) => model),
    );
  return chain;
}

/** Limits and price of a model, as far as they are known here. */
function describeModel(live: LanguageModelService | undefined, model: string): ModelDescription {
  try {
    return { ...withoutMissing(live?.describe(model)[0] ?? { model }), model };
  } catch {
    return { model }; // its provider is not configured here
  }
}

function withoutMissing(described: ModelDescription): ModelDescription {
  const { missing: _, ...description } = described;
  return description;
}
