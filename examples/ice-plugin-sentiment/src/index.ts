import { defineNode, definePlugin } from "@ice/core";
import { z } from "zod";

/** Scores a text with a lexicon: the mean of its words' values. */
export const sentiment = defineNode({
  type: "sentiment",
  description: "Scores a text with a lexicon.",
  config: z.object({
    text: z.string().describe("Text to score."),
    floor: z.number().default(-1).describe("Lowest score. Default -1."),
  }),
  output: z.object({ score: z.number(), words: z.number() }),
  sideEffects: "none",
});

declare module "@ice/core" {
  interface NodeTypeMap {
    sentiment: typeof sentiment;
  }
}

/** The plugin: `plugins: [sentimentPlugin({ lexicon })]`. */
export const sentimentPlugin = definePlugin<{ readonly lexicon: ReadonlyMap<string, number> }>({
  name: "ice-plugin-sentiment",
  apiVersion: 1,
  setup(host, { lexicon }) {
    host.registerNode(sentiment, ({ config }) => score(config.text, config.floor, lexicon));
  },
});

function score(text: string, floor: number, lexicon: ReadonlyMap<string, number>): { score: number; words: number } {
  const values = text
    .toLowerCase()
    .split(/[^\p{L}]+/u)
    .flatMap((word) => lexicon.get(word) ?? []);
  const mean = values.length === 0 ? 0 : values.reduce((a, b) => a + b, 0) / values.length;
  return { score: Math.max(floor, mean), words: values.length };
}
