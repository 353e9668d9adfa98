import { expect, test } from "vitest";
import { parseOptions } from "./options.ts";

test("rows are chosen by name, in the order asked for", () => {
  expect(parseOptions(["--rows", "memory,growth"])?.rows.map(({ name }) => name)).toEqual(["memory", "growth"]);
  expect(() => parseOptions(["--rows", "speed"])).toThrow('there is no row "speed"; there are: overhead, growth');
});

test("the report names the command without where the report goes", () => {
  expect(parseOptions(["--quick", "--write", "--json", "figures.json"])).toMatchObject({
    command: "pnpm bench --quick",
    write: true,
  });
});

test("quick measures in one process, otherwise in three, unless set", () => {
  const processes = (...args: string[]): number | undefined => parseOptions(args)?.thoroughness.processes;
  expect([processes("--quick"), processes(), processes("--quick", "--processes", "2")]).toEqual([1, 3, 2]);
  expect(() => parseOptions(["--processes", "0"])).toThrow("--processes");
});

test("a load that takes long is measured by name only, for as many minutes as asked for", () => {
  expect(parseOptions([])?.rows.map(({ name }) => name)).not.toContain("load");
  expect(parseOptions(["--rows", "load", "--minutes", "3"])).toMatchObject({
    rows: [{ name: "load" }],
    thoroughness: { minutes: 3 },
    command: "pnpm bench --rows load --minutes 3",
  });
  expect(() => parseOptions(["--minutes", "0"])).toThrow("--minutes");
});
