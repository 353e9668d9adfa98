import { readdirSync, readFileSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import type { SandboxRequest, SandboxResult } from "@ice/core";

/** One attack: untrusted code, what it is granted, and every acceptable end. */
export interface Attack {
  readonly name: string;
  readonly title: string;
  /** `fuel`, `denied`, …, or `ok` and the JSON of the value. */
  readonly expected: readonly string[];
  readonly request: SandboxRequest;
}

/** Values in attacks that are known only when they run: directories, the port of a server. */
export type Surroundings = Readonly<Record<"DATA" | "OUTSIDE" | "PORT", string>>;

/** Fuel of an attack that says nothing else: enough to do harm, and soon over. A unit takes three times as long in Python. */
const usualFuel = (language: SandboxRequest["language"]): number => (language === "python" ? 30_000_000 : 100_000_000);

/** Reads all attacks: head lines `key: value`, a line `---`, the code. */
export function readAttacks(surroundings: Surroundings): Attack[] {
  const folder = new URL("./attacks/", import.meta.url);
  return readdirSync(folder)
    .filter((name) => name.endsWith(".attack"))
    .toSorted()
    .map((file) => {
      const text = readFileSync(new URL(file, folder), "utf8").replaceAll(
        /\$(DATA|OUTSIDE|PORT)\b/g,
        (_match, name: keyof Surroundings) => surroundings[name],
      );
      const [head = "", source = ""] = text.split(/^---\n/m);
      const values = (key: string): string[] =>
        [...head.matchAll(new RegExp(`^${key}: (.*)$`, "gm"))].map((match) => match[1]!);
      const [language = "javascript"] = values("language") as SandboxRequest["language"][];
      const [grants = "{}"] = values("grants");
      return {
        name: file.replace(/\.attack$/, ""),
        title: values("title")[0]!,
        expected: values("expect"),
        request: {
          language,
          source,
          grants: JSON.parse(grants) as NonNullable<SandboxRequest["grants"]>,
          limits: { fuel: Number(values("fuel")[0] ?? usualFuel(language)) },
        },
      };
    });
}

/** Whether it ended in an acceptable way. */
export function isContained({ expected }: Attack, result: SandboxResult): boolean {
  return expected.some((end) =>
    result.ok
      ? end.startsWith("ok ") && isDeepStrictEqual(result.output, JSON.parse(end.slice(3)))
      : end === result.error.kind,
  );
}
