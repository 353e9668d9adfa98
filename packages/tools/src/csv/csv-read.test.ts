import { createFileAccess } from "@ice/host";
import { describe, expect, test } from "vitest";
import { callTool } from "../../test/call-tool.ts";
import { folderWith } from "../../test/folder.ts";
import { csvRead } from "./csv-read.ts";

const read = (text: string | Uint8Array, args: object = {}, signal?: AbortSignal) => {
  const folder = folderWith({ "data.csv": text });
  const files = createFileAccess({ directory: folder });
  return callTool(csvRead() as never, { path: "data.csv", ...args }, { files, signal });
};
const rejection = async (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  );

describe("cells", () => {
  test("quotes hold separators, line breaks and quotes", async () => {
    const text = 'name,note\n"Lamp, small","two\nlines"\n"17"" screen","said ""no"""\n';
    expect(await read(text)).toEqual({
      columns: ["name", "note"],
      count: 2,
      problems: [],
      items: [
        { name: "Lamp, small", note: "two\nlines" },
        { name: '17" screen', note: 'said "no"' },
      ],
    });
  });

  test("an empty cell is null, whether quoted or blank, and spaces around a cell are dropped", async () => {
    expect(await read('a,b,c,d\n,"",   , x \n')).toMatchObject({ items: [{ a: null, b: null, c: null, d: "x" }] });
  });

  test("without types every cell is a string", async () => {
    expect(await read("n,b\n007,true\n")).toMatchObject({ items: [{ n: "007", b: "true" }] });
  });

  test("a stray quote inside a cell is text", async () => {
    expect(await read('size,n\n17" wide,1\n')).toMatchObject({ items: [{ size: '17" wide', n: "1" }] });
  });

  test("a byte order mark and CRLF leave no trace", async () => {
    expect(await read("\uFEFFname,n\r\nLamp,1\r\n")).toMatchObject({
      columns: ["name", "n"],
      items: [{ name: "Lamp", n: "1" }],
    });
  });

  test("another separator is used instead of the comma", async () => {
    expect(await read("a;b\n1,5;2\n", { delimiter: ";" })).toMatchObject({ items: [{ a: "1,5", b: "2" }] });
    expect(await read("a\tb\n1\t2\n", { delimiter: "\t" })).toMatchObject({ items: [{ a: "1", b: "2" }] });
  });

  test.each(['"', "\n", "\r", ";;", ""])("%j is no separator", async (delimiter) => {
    expect(await rejection(read("a\n1\n", { delimiter }))).toMatchObject({
      issues: [{ path: ["delimiter"], message: "one character, not a quote or line break" }],
    });
  });
});

describe("types", () => {
  test("numbers and booleans are parsed where requested", async () => {
    const types = { cost: "number", sold: "boolean", name: "string" };
    expect(await read("name,cost,sold\n1,12.50,yes\n2,-3e2,0\n3,,FALSE\n", { types })).toMatchObject({
      problems: [],
      items: [
        { name: "1", cost: 12.5, sold: true },
        { name: "2", cost: -300, sold: false },
        { name: "3", cost: null, sold: false },
      ],
    });
  });

  test("a cell of another type stays text and is reported with its line; the other rows are read", async () => {
    const types = { cost: "number", sold: "boolean" };
    expect(await read("cost,sold\n1,yes\n12 EUR,maybe\nInfinity,no\n4,no\n", { types })).toMatchObject({
      items: [
        { cost: 1, sold: true },
        { cost: "12 EUR", sold: "maybe" },
        { cost: "Infinity", sold: false },
        { cost: 4, sold: false },
      ],
      problems: [
        { line: 3, message: 'cost: "12 EUR" is not a number' },
        { line: 3, message: 'sold: "maybe" is not a boolean' },
        { line: 4, message: 'cost: "Infinity" is not a number' },
      ],
    });
  });

  test("a type for a missing column is reported, with a suggestion", async () => {
    expect(await read("cost\n1\n", { types: { cots: "number" } })).toMatchObject({
      items: [{ cost: "1" }],
      problems: [{ line: 1, message: 'types: there is no column "cots"; did you mean "cost"?' }],
    });
  });

  test("a long cell is shortened in the report, and kept whole in its item", async () => {
    const long = "x".repeat(10_000);
    const { items, problems } = (await read(`n\n${long}\n`, { types: { n: "number" } })) as {
      items: { n: string }[];
      problems: { message: string }[];
    };
    expect(items[0]!.n).toBe(long);
    expect(problems[0]!.message).toBe(`n: "${"x".repeat(60)}…" is not a number`);
  });
});

describe("rows", () => {
  test("a row with too few or too many cells is reported and read as far as it fits", async () => {
    expect(await read("a,b\n1\n1,2,3\n1,2\n")).toEqual({
      columns: ["a", "b"],
      count: 3,
      items: [
        { a: "1", b: null },
        { a: "1", b: "2" },
        { a: "1", b: "2" },
      ],
      problems: [
        { line: 2, message: "has 1 cells instead of 2" },
        { line: 3, message: "has 3 cells instead of 2" },
      ],
    });
  });

  test.each([
    ["LF", "\n"],
    ["CRLF", "\r\n"],
  ])("line numbers count empty lines and line breaks in quotes, with %s", async (_name, end) => {
    const text = ["a,b", "", '"two', 'lines",2,3', '"again', 'two",x', "1"].join(end);
    expect(await read(text, { types: { b: "number" } })).toMatchObject({
      problems: [
        { line: 3, message: "has 3 cells instead of 2" },
        { line: 5, message: 'b: "x" is not a number' },
        { line: 7, message: "has 1 cells instead of 2" },
      ],
    });
  });

  test("at most 1,000 problems are listed, and every row is read", async () => {
    const { count, problems } = (await read(`n\n${"x\n".repeat(1500)}`, { types: { n: "number" } })) as {
      count: number;
      problems: unknown[];
    };
    expect([count, problems.length]).toEqual([1500, 1000]);
  });

  test("maxRows rows are read, one more fails with the limit", async () => {
    expect(await read("n\n1\n2\n", { maxRows: 2 })).toMatchObject({ count: 2 });
    expect(await read("1\n2\n", { maxRows: 2, header: false })).toMatchObject({ count: 2 });
    for (const [text, header] of [["n\n1\n2\n3\n", true] as const, ["1\n2\n3\n", false] as const])
      expect(await rejection(read(text, { maxRows: 2, header }))).toMatchObject({
        code: "ICE_TOOL_FAILED",
        message: '"data.csv" has more than 2 rows.',
        fix: "raise maxRows, or split the file",
      });
  });

  test("an empty file, and one with a header only, have no rows", async () => {
    expect(await read("")).toEqual({ columns: [], items: [], count: 0, problems: [] });
    expect(await read("a,b\n")).toEqual({ columns: ["a", "b"], items: [], count: 0, problems: [] });
  });

  test("an unclosed quote fails, naming the file and the position", async () => {
    expect(await rejection(read('a,b\n1,"open\n2,3\n'))).toMatchObject({
      code: "ICE_TOOL_FAILED",
      message: expect.stringMatching(/^"data\.csv" is not CSV: .*quote.* line \d/i),
    });
  });

  test("reading is cancelled by the signal", async () => {
    expect(await rejection(read("a\n1\n", {}, AbortSignal.abort("enough")))).toBe("enough");
  });
});

describe("bounds", () => {
  test("many columns times many short rows fail before they use memory", async () => {
    const head = Array.from({ length: 20_000 }, (_, index) => `c${index}`).join(",");
    const before = process.memoryUsage().rss;
    expect(await rejection(read(`${head}\n${"1\n".repeat(20_000)}`))).toMatchObject({
      code: "ICE_TOOL_FAILED",
      message: '"data.csv" has more than 5000000 cells (rows × columns).',
    });
    expect(process.memoryUsage().rss - before).toBeLessThan(300 * 1024 * 1024);
  });

  test("the event loop keeps turning while a large file is read, and cancelling ends the read", async () => {
    const controller = new AbortController();
    setTimeout(() => controller.abort("enough"), 20);
    expect(await rejection(read(`n,m\n${"1,2\n".repeat(90_000)}`, {}, controller.signal))).toBe("enough");
  });

  test.each([
    ["cells", ",".repeat(4_000_000), "has more than 100000 columns"],
    ["blank lines", "\n".repeat(8_000_000), undefined],
    ["line breaks in one cell", `n\n"${"\r\n".repeat(4_000_000)}"\n`, undefined],
  ])(
    "the event loop keeps turning within very many %s",
    async (_name, text, problem) => {
      let turns = 0;
      const timer = setInterval(() => (turns += 1), 1);
      const result = await read(text).then(
        () => undefined,
        (error: unknown) => (error as Error).message,
      );
      clearInterval(timer);
      if (problem === undefined) expect(result).toBeUndefined();
      else expect(result).toContain(problem);
      expect(turns).toBeGreaterThan(5);
    },
    60_000,
  );

  test("cancelling ends the read within a row", async () => {
    const controller = new AbortController();
    setTimeout(() => controller.abort("enough"), 20);
    expect(await rejection(read(",".repeat(8_000_000), {}, controller.signal))).toBe("enough");
  }, 60_000);

  test("line breaks of every kind are counted", async () => {
    const types = { n: "number" };
    expect(await read('n\r\n"a\r\nb\rc\nd"\r\nx\r\n', { types })).toMatchObject({
      problems: [{ line: 2 }, { line: 6 }],
    });
  });

  test("a number that would lose precision stays text and is reported", async () => {
    const types = { id: "number" };
    expect(await read("id\n1234567890123456789\n9007199254740991\n1e20\n", { types })).toMatchObject({
      items: [{ id: "1234567890123456789" }, { id: 9007199254740991 }, { id: 1e20 }],
      problems: [{ line: 2, message: "id: the number 1234567890123456789 would lose precision" }],
    });
  });
});

describe("columns", () => {
  test("without a header columns are numbered, as many as the widest row has", async () => {
    expect(await read("1,2\n3,4,5\n", { header: false })).toMatchObject({
      columns: ["c1", "c2", "c3"],
      items: [
        { c1: "1", c2: "2", c3: null },
        { c1: "3", c2: "4", c3: "5" },
      ],
    });
  });

  test("empty names, duplicate names and names of prototype members get a number", async () => {
    expect(await read("a,,a,a_3,a, b ,__proto__\n1,2,3,4,5,6,7\n")).toMatchObject({
      columns: ["a", "c2", "a_3", "a_3_4", "a_5", "b", "c7"],
      items: [{ a: "1", c2: "2", a_3: "3", a_3_4: "4", a_5: "5", b: "6", c7: "7" }],
    });
  });

  test("a numbered name that already exists gets another number", async () => {
    expect(await read("a,a_3,a\n1,2,3\n")).toMatchObject({ items: [{ a: "1", a_3: "2", a_3_3: "3" }] });
  });

  test("a column named like a member of Object.prototype is data", async () => {
    expect(await read("toString,n\nx,1\n", { types: { n: "number" } })).toMatchObject({
      items: [{ toString: "x", n: 1 }],
    });
  });
});
