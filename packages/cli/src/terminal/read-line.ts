import { emitKeypressEvents } from "node:readline";
import type { ReadStream } from "node:tty";
import { columnsOf } from "./printable.ts";

/** Most characters that are taken from a person at a time. */
const mostCharacters = 1_000_000;

interface Key {
  readonly name?: string | undefined;
  readonly ctrl?: boolean | undefined;
  readonly meta?: boolean | undefined;
}

/**
 * A line that a person types, shown as it is typed. Nothing is drawn twice and no escape sequence is written, so that it works
 * on every terminal, and a line may be longer than the 4096 characters that terminals edit themselves. Arrow keys do nothing.
 *
 * @returns undefined when the person presses Escape, Ctrl-C or Ctrl-D, or when the signal is aborted.
 */
export function readLine(
  { stdin, stderr }: { readonly stdin: ReadStream; readonly stderr: { write(text: string): unknown } },
  signal: AbortSignal,
): Promise<string | undefined> {
  if (signal.aborted) return Promise.resolve(undefined);
  emitKeypressEvents(stdin);
  return new Promise((resolve) => {
    const typed: string[] = [];
    const finish = (line: string | undefined): void => {
      stdin.off("keypress", onKey).off("end", decline);
      signal.removeEventListener("abort", decline);
      stdin.setRawMode(false);
      stdin.pause();
      stderr.write("\n");
      resolve(line);
    };
    const decline = (): void => finish(undefined);
    const erase = (characters: number): void => {
      for (const character of typed.splice(Math.max(0, typed.length - characters)).toReversed())
        stderr.write("\b \b".repeat(columnsOf(character)));
    };
    const onKey = (text: string | undefined, { name, ctrl = false, meta = false }: Key): void => {
      if (name === "return" || name === "enter") return finish(typed.join(""));
      if (name === "escape" || (ctrl && (name === "c" || name === "d"))) return decline();
      if (name === "backspace") return erase(1);
      if (ctrl && name === "u") return erase(typed.length);
      if (text === undefined || ctrl || meta || /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(text)) return;
      if (typed.length + text.length > mostCharacters) return;
      typed.push(...Array.from(text));
      stderr.write(text);
    };
    signal.addEventListener("abort", decline);
    stdin.on("keypress", onKey).on("end", decline);
    stdin.setRawMode(true);
    stdin.resume();
  });
}
