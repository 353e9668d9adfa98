import { defineTool, FileAccess } from "@ice/core";
import { articled, didYouMean, forbiddenKeys, processTimeSlice } from "@ice/core/internal";
import { z } from "zod";
import { decodeText, encodingSchema } from "../text/decode-text.ts";
import { rowsOf, tooLarge, type Row } from "./csv-rows.ts";

const cellSchema = z.union([z.string(), z.number(), z.boolean(), z.null()]);

const output = z.object({
  items: z
    .array(z.record(z.string(), cellSchema))
    .describe("One object per row, in file order. Spaces around a cell are removed; an empty cell is null."),
  columns: z.array(z.string()).describe("Names of the columns."),
  count: z.number().describe("Number of rows."),
  problems: z
    .array(
      z.object({ line: z.number().describe("From 1."), message: z.string().describe("Description of the problem.") }),
    )
    .describe("Problems, each with the 1-based line on which the row starts; at most 1,000."),
});

const maxProblems = 1000;
/** Rows times columns; a larger table is not held in memory at once. */
const maxCells = 5_000_000;
const maxColumns = 100_000;

/**
 * Reads a CSV file (RFC 4180, with what occurs in practice): a BOM, CRLF, quoted separators and line breaks, ragged rows, empty
 * lines. Spaces around a cell are removed; an empty cell is null. Cells are strings unless `types` says otherwise; a cell that
 * is not of its type, or a number that would lose precision, stays a string and is listed in `problems`, so that one bad row
 * does not stop the others.
 */
export const csvRead = () =>
  defineTool({
    name: "csv_read",
    description: "Reads a CSV file into a list of objects.",
    sideEffects: "none",
    args: z.strictObject({
      path: z.string().min(1).describe("Path of the file, inside a directory that may be read."),
      encoding: encodingSchema,
      delimiter: z
        .string()
        .regex(/^[^"\r\n]$/, "one character, not a quote or line break")
        .default(",")
        .describe("Separator of cells: one character, not a quote or line break. Default a comma."),
      header: z
        .boolean()
        .default(true)
        .describe("Whether the first row contains the names. Default true; else c1, c2, …"),
      types: z
        .record(z.string(), z.enum(["string", "number", "boolean"]))
        .default({})
        .describe("Column → type. Default string."),
      maxRows: z
        .int()
        .min(1)
        .max(1_000_000)
        .default(100_000)
        .describe(
          "Maximum number of rows; a longer file fails. Default 100,000. A file has at most 100,000 columns and 5,000,000 cells (rows × columns).",
        ),
    }),
    output,
    async run(
      { path, encoding, delimiter, header, types, maxRows },
      { signal, use },
    ): Promise<z.output<typeof output>> {
      const text = decodeText(await use(FileAccess).read(path, { signal }), { path, encoding });
      const table = await readTable(rowsOf(text, { path, delimiter, maxColumns, signal }), { path, header, maxRows });
      const columns = columnsOf(table.header?.record, table.width);
      const problems = unknownColumns(types, columns).map((message) => ({ line: table.header?.line ?? 1, message }));
      const items: Record<string, Cell>[] = [];
      const slice = processTimeSlice();
      for (const { record, line } of table.rows) {
        const report = (message: string): unknown => problems.length < maxProblems && problems.push({ line, message });
        items.push(itemOf(record, columns, types, report));
        if (slice.isOver()) await slice.next();
        signal.throwIfAborted();
      }
      return { items, columns, count: items.length, problems };
    },
  });

interface Table {
  readonly header: Row | undefined;
  readonly rows: readonly Row[];
  /** Columns: those of the header, else those of the widest row. */
  readonly width: number;
}

/** Collects rows while the table stays within its bounds. */
async function readTable(
  rows: AsyncIterable<Row>,
  { path, header, maxRows }: { readonly path: string; readonly header: boolean; readonly maxRows: number },
): Promise<Table> {
  const kept: Row[] = [];
  let first: Row | undefined;
  let width = 0;
  for await (const row of rows) {
    const isHeader = header && first === undefined;
    if (isHeader) first = row;
    else kept.push(row);
    if (isHeader || !header) width = Math.max(width, row.record.length);
    if (kept.length > maxRows) throw tooLarge(path, `${maxRows} rows`, "raise maxRows, or split the file");
    if (kept.length * width > maxCells) throw tooLarge(path, `${maxCells} cells (rows × columns)`, "split the file");
  }
  return { header: first, rows: kept, width };
}

/** Names without blanks around them; an empty or repeated one gets a number. */
function columnsOf(header: readonly string[] | undefined, width: number): string[] {
  const seen = new Set<string>();
  return Array.from({ length: width }, (_, index) => {
    const given = header?.[index]?.trim() ?? "";
    let name = given === "" || forbiddenKeys.has(given) ? `c${index + 1}` : given;
    while (seen.has(name)) name += `_${index + 1}`;
    seen.add(name);
    return name;
  });
}

function unknownColumns(types: Readonly<Record<string, string>>, columns: readonly string[]): string[] {
  const known = new Set(columns);
  return Object.keys(types)
    .filter((name) => !known.has(name))
    .slice(0, maxProblems)
    .map((name, index) => {
      // Searching for suggestions is slow, and the first ones make the point.
      const meant = index < maxSuggestions ? didYouMean(name, columns) : "";
      return `types: there is no column "${shown(name)}"${meant === "" ? "" : `; ${meant}`}`;
    });
}

const maxSuggestions = 3;

type Cell = z.output<typeof cellSchema>;

function itemOf(
  record: readonly string[],
  columns: readonly string[],
  types: Readonly<Record<string, string>>,
  report: (message: string) => unknown,
): Record<string, Cell> {
  if (record.length !== columns.length) report(`has ${record.length} cells instead of ${columns.length}`);
  return Object.fromEntries(
    columns.map((column, index) => {
      const type = Object.hasOwn(types, column) ? types[column] : "string";
      return [column, cellOf(record[index]?.trim() ?? "", column, type, report)];
    }),
  );
}

function cellOf(text: string, column: string, type: string | undefined, report: (message: string) => unknown): Cell {
  if (text === "") return null;
  if (type === "number") {
    const number = Number(text);
    if (Number.isFinite(number)) {
      if (!Number.isInteger(number) || Number.isSafeInteger(number) || /[eE]/.test(text)) return number;
      report(`${shown(column)}: the number ${shown(text)} would lose precision`);
      return text;
    }
  } else if (type === "boolean") {
    if (/^(?:true|yes|1)$/i.test(text)) return true;
    if (/^(?:false|no|0)$/i.test(text)) return false;
  } else return text;
  report(`${shown(column)}: "${shown(text)}" is not ${articled(type)}`);
  return text;
}

/** An untrusted text in a message: the beginning is enough to find it. */
const shown = (text: string): string => (text.length > 60 ? `${text.slice(0, 60)}…` : text);
