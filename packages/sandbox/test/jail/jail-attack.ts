import { readdirSync, readFileSync } from "node:fs";
import { examined, forbidden } from "../../src/jail/system-calls.ts";

/** One attack of a native program, and every acceptable end. */
export interface JailAttack {
  readonly name: string;
  readonly title: string;
  /** `exit 2`, `timeout`, `output`, `memory`, or `ok` and what it prints. */
  readonly expected: readonly string[];
  readonly program: "sh" | "perl";
  readonly source: string;
  readonly limits: Readonly<Record<string, number>>;
}

/** Values in attacks that are known only when they run. */
export type JailSurroundings = Readonly<Record<"OUTSIDE" | "PORT" | "PID", string>>;

const position = process.arch === "x64" ? 0 : 1;
const numbers = new Map<string, number>([
  ...Object.values(forbidden)
    .flatMap((calls) => Object.entries(calls))
    .flatMap(([name, both]) => (both[position] === null ? [] : [[name, both[position]!] as const])),
  ...Object.entries(examined).map(([name, both]) => [name, position === 0 ? both.x64 : both.arm64] as const),
  ["mmap", position === 0 ? 9 : 222],
  ["timer_create", position === 0 ? 222 : 107],
]);

/** Reads all attacks: head lines `key: value`, a line `---`, the program's text; `$CALL(name)` is the number of a system call. */
export function readJailAttacks(surroundings: JailSurroundings): JailAttack[] {
  const folder = new URL("./attacks/", import.meta.url);
  return readdirSync(folder)
    .filter((name) => name.endsWith(".attack"))
    .toSorted()
    .map((file) => {
      const [head = "", text = ""] = readFileSync(new URL(file, folder), "utf8").split(/^---\n/m);
      const values = (key: string): string[] =>
        [...head.matchAll(new RegExp(`^${key}: (.*)$`, "gm"))].map((match) => match[1]!);
      const [program = "sh"] = values("program") as JailAttack["program"][];
      const source = text
        .replaceAll(/\$(OUTSIDE|PORT|PID)\b/g, (_match, name: keyof JailSurroundings) => surroundings[name])
        .replaceAll(/\$CALL\((\w+)\)/g, (_match, name: string) => String(numbers.get(name)!));
      return {
        name: file.replace(/\.attack$/, ""),
        title: values("title")[0]!,
        expected: values("expect"),
        program,
        source,
        limits: JSON.parse(values("limits")[0] ?? "{}") as Record<string, number>,
      };
    });
}
