import { defineTool, didYouMean, forbiddenKeys, IceError, messageOf } from "@ice/core";
import { parse, type Info } from "csv-parse/sync";
import { z } from "zod";
import type { AllowedFiles } from "../files/allowed-files.ts";

const cellSchema = z.union([z.string(), z.number(), z.boolean(), z.null()]);

const output = z.object({
  items: z.array(z.record(z.string(), cellSchema)).describe("One object per row, in file order."),
  columns: z.array(z.string()).describe("Names of the columns."),
  count: z.number().describe("Number of rows."),
  problems: z
    .array(z.object({ line: z.number(), message: z.string() }))
    .describe("What was wrong, with the 1-based line on which the row starts; at most 1,000."),
});

const maxProblems = 1000;

/**
 * Reads a CSV file (RFC 4180, with the dirt of real ones): a BOM, CRLF, quoted separators and line breaks, ragged rows, empty
 * lines. Blanks around a cell are dropped; an empty cell is null. Cells are strings unless `types` says otherwise; a cell that
 * is not of its type stays a string and is listed in `problems`, so that one bad row stops nothing.
 */
export const csvRead = (files: AllowedFiles) =>
  defineTool({
    name: "csv_read",
    description: "Reads a CSV file into a list of objects.",
    sideEffects: "none",
    args: z.strictObject({
      path: z.string().min(1).describe("The file, below an allowed directory."),
      delimiter: z
        .string()
        .regex(/^[^"\r\n]$/, "one character, no quote or line break")
        .default(",")
        .describe("Separator of cells: one character, no quote or line break. Default a comma."),
      header: z.boolean().default(true).describe("Whether the first row holds the names. Default true; else c1, c2, …"),
      types: z
        .record(z.string(), z.enum(["string", "number", "boolean"]))
        .default({})
        .describe("Column → type. Default string."),
      maxRows: z
        .int()
        .min(1)
        .max(1_000_000)
        .default(100_000)
        .describe("Most rows; a longer file fails. Default 100,000."),
    }),
    output,
    async run({ path, delimiter, header, types, maxRows }, { signal }): Promise<z.output<typeof output>> {
      const text = new TextDecoder().decode(await files.read(path, signal));
      const rows = parseRows(text, path, { delimiter, maxRows, header });
      const first = header ? rows.shift() : undefined;
      const columns = columnsOf(first?.record, rows);
      const problems = unknownColumns(types, columns)
        .slice(0, maxProblems)
        .map((message) => ({ line: first?.line ?? 1, message }));
      const items = rows.map(({ record, line }) =>
        itemOf(record, columns, types, (message) => problems.length < maxProblems && problems.push({ line, message })),
      );
      return { items, columns, count: items.length, problems };
    },
  });

interface Row {
  readonly record: readonly string[];
  /** On which it starts. */
  readonly line: number;
}

/** The rows of a text, its header among them. */
function parseRows(
  text: string,
  path: string,
  { delimiter, maxRows, header }: { readonly delimiter: string; readonly maxRows: number; readonly header: boolean },
): Row[] {
  const most = maxRows + (header ? 1 : 0);
  let rows: { record: string[]; info: Info }[];
  try {
    rows = parse(text, {
      delimiter,
      info: true,
      relax_column_count: true,
      relax_quotes: true,
      skip_empty_lines: true,
      to: most + 1,
    }) as unknown as typeof rows;
  } catch (cause) {
    throw new IceError("ICE_TOOL_FAILED", `"${path}" is not CSV: ${messageOf(cause)}.`, {
      cause,
      fix: "correct the file, or its delimiter",
    });
  }
  if (rows.length > most)
    throw new IceError("ICE_TOOL_FAILED", `"${path}" has more than ${maxRows} rows.`, {
      fix: "raise maxRows, or split the file",
    });
  return withLines(rows);
}

/** The parser knows where a row ends, and counts a CRLF inside quotes twice. */
function withLines(rows: readonly { readonly record: readonly string[]; readonly info: Info }[]): Row[] {
  let countedTwice = 0;
  return rows.map(({ record, info }) => {
    const breaks = record.flatMap((cell) => cell.match(/\r\n|\r|\n/g) ?? []);
    countedTwice += breaks.filter((text) => text === "\r\n").length;
    return { record, line: info.lines - countedTwice - breaks.length };
  });
}

/** Names without blanks around them; an empty or repeated one gets a number. */
function columnsOf(header: readonly string[] | undefined, rows: readonly Row[]): string[] {
  const width = header?.length ?? rows.reduce((most, { record }) => Math.max(most, record.length), 0);
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
  return Object.keys(types)
    .filter((name) => !columns.includes(name))
    .map((name) => {
      const meant = didYouMean(name, columns);
      return `types: there is no column "${shown(name)}"${meant === "" ? "" : `; ${meant}`}`;
    });
}

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
    if (Number.isFinite(number)) return number;
  } else if (type === "boolean") {
    if (/^(?:true|yes|1)$/i.test(text)) return true;
    if (/^(?:false|no|0)$/i.test(text)) return false;
  } else return text;
  report(`${shown(column)}: "${shown(text)}" is not a ${type}`);
  return text;
}

/** A text of a stranger in a message: the beginning is enough to find it. */
const shown = (text: string): string => (text.length > 60 ? `${text.slice(0, 60)}…` : text);
