/** The differences between projects; every combination has to work. */
export const choices = {
  node: ["24", "26"],
  manager: ["npm", "pnpm"],
  modules: ["module", "commonjs"],
  zod: ["4.1.0", "newest"],
  typescript: ["5.9", "newest"],
} as const;

export type Setup = { readonly [Factor in keyof typeof choices]: (typeof choices)[Factor][number] };

/** All combinations, the more common ones last. */
export function allSetups(): Setup[] {
  let setups: Record<string, string>[] = [{}];
  for (const [factor, values] of Object.entries(choices))
    setups = setups.flatMap((setup) => values.map((value) => ({ ...setup, [factor]: value })));
  return setups as unknown as Setup[];
}

/**
 * A few setups that cover every pair of choices of different factors, so that every error that depends on at most two of them is found.
 * Greedy: the setup with the most new pairs comes next.
 */
export function pairwiseSetups(): Setup[] {
  const all = allSetups();
  const missing = new Set(all.flatMap(pairsOf));
  const chosen: Setup[] = [];
  while (missing.size > 0) {
    const news = (setup: Setup) => pairsOf(setup).filter((pair) => missing.has(pair)).length;
    const best = all.reduce((most, setup) => (news(setup) > news(most) ? setup : most));
    for (const pair of pairsOf(best)) missing.delete(pair);
    chosen.push(best);
  }
  return chosen;
}

export function pairsOf(setup: Setup): string[] {
  const settings = Object.entries(setup).map(([factor, value]) => `${factor} ${value}`);
  return settings.flatMap((one, index) => settings.slice(index + 1).map((other) => `${one}, ${other}`));
}

export const nameOf = ({ node, manager, modules, zod, typescript }: Setup): string =>
  `Node ${node}, ${manager}, ${modules}, zod ${zod}, TypeScript ${typescript}`;
