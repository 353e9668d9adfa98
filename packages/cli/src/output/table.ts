import { columnsOf, oneLine, shown } from "../terminal/printable.ts";

/** Names and what there is to say about them, in two columns. @param indent - spaces before each row; default none. */
export function table(rows: readonly (readonly [name: string, text: string])[], indent = 0): string {
  const width = Math.max(0, ...rows.map(([name]) => name.length));
  return rows.map(([name, text]) => `${" ".repeat(indent)}${shown(name).padEnd(width)}  ${oneLine(text)}\n`).join("");
}

/** Rows of cells, each column as wide as its widest cell. The cells are safe for a terminal. */
export function columns(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = rows[0]?.map((_, at) => Math.max(...rows.map((row) => columnsOf(row[at] ?? "")))) ?? [];
  return rows.map((row) =>
    row
      .map((cell, at) => cell + " ".repeat(widths[at]! - columnsOf(cell)))
      .join("  ")
      .trimEnd(),
  );
}
