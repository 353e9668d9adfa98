/** Inserts a report between the markers of its row; the rest of the document is unchanged. @throws Error without markers. */
export function replaceSection(document: string, row: string, report: string): string {
  const [begin, end] = [`<!-- bench:${row} -->`, `<!-- /bench:${row} -->`];
  const [from, to] = [document.indexOf(begin), document.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`the document has no ${begin} … ${end}`);
  return `${document.slice(0, from + begin.length)}\n\n${report}\n\n${document.slice(to)}`;
}
