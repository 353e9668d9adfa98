/** Lists of so many nodes, or a fifth as many with children, that are hard to analyse, each with what it is. */
export function largeBlueprints(size: number): [name: string, nodes: unknown[]][] {
  const numbers = Array.from({ length: size }, (_, index) => index);
  const ids = numbers.map((index) => `n${index}`);
  return [
    ["a chain", numbers.map((index) => echo(`n${index}`, index === 0 ? [] : [`n${index - 1}`]))],
    ["all into one", [...ids.map((id) => echo(id)), echo("end", ids)]],
    [
      "loops",
      numbers
        .slice(0, size / 5)
        .map((index) => ({ id: `l${index}`, type: "loop", itemsSource: "[1]", body: [echo(`x${index}`)] })),
    ],
  ];
}

const echo = (id: string, dependencies: readonly string[] = []): object => ({
  id,
  type: "tool",
  toolName: "echo",
  dependencies,
});
