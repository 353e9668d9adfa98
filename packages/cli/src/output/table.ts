import { oneLine, shown } from "../terminal/printable.ts";

/** Names and what there is to say about them, in two columns. @param indent - spaces before each row; default none. */
export function table(rows: readonly (readonly [name: string, text: string])[], indent = 0): string {
  const width = Math.max(0, ...rows.map(([name]) => name.length));
  return rows.map(([name, text]) => `${" ".repeat(indent)}${shown(name).padEnd(width)}  ${oneLine(text)}\n`).join("");
}
