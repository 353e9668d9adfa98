import { emitKeypressEvents } from "node:readline";
import type { ReadStream } from "node:tty";
import { columnsOf } from "./printable.ts";

/** Characters of a typed line. */
const maxCharacters = 1_000_000;
/**
 * Milliseconds. Keys that arrive so soon after a question were typed before it could be read, into a command that ran or as the
 * rest of a paste, and are ignored. Keys that arrive so soon after Enter were pasted with it.
 */
const unreadMs = 50;

/** Returned for several lines that were pasted at once: a typed line never contains a line break. */
export const severalLines = "\n";

interface Key {
  readonly name?: string | undefined;
  readonly ctrl?: boolean | undefined;
  readonly meta?: boolean | undefined;
}

/**
 * Reads a line from a terminal, and shows it as it is typed. Nothing is redrawn and no escape sequence is written, so that it
 * works on every terminal, and a line may be longer than the 4096 characters that terminals edit themselves. Arrow keys do
 * nothing. Keys that were pressed before the question was shown are ignored.
 *
 * @returns undefined when the person presses Escape, Ctrl-C or Ctrl-D, or when the signal is aborted; `severalLines` when more
 * than one was pasted.
 */
export function readLine(
  { stdin, stderr }: { readonly stdin: ReadStream; readonly stderr: { write(text: string): unknown } },
  signal: AbortSignal,
): Promise<string | undefined> {
  if (signal.aborted) return Promise.resolve(undefined);
  emitKeypressEvents(stdin);
  return new Promise((resolve) => {
    const typed: string[] = [];
    let isAsked = false;
    let isMore = false;
    let ending: (() => void) | undefined;
    const finish = (line: string | undefined): void => {
      stopWaiting();
      ending?.();
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
    /** The line is complete, unless more comes at once. */
    const end = (): void => {
      ending?.();
      ending = afterReading(() => finish(isMore ? severalLines : typed.join("")));
    };
    const onKey = (text: string | undefined, { name, ctrl = false, meta = false }: Key): void => {
      if (name === "escape" || (ctrl && (name === "c" || name === "d"))) return decline();
      if (!isAsked) return;
      const isEnter = name === "return" || name === "enter";
      if (ending !== undefined) {
        isMore ||= !isEnter;
        return end();
      }
      if (isEnter) return end();
      if (name === "backspace") return erase(1);
      if (ctrl && name === "u") return erase(typed.length);
      if (text === undefined || ctrl || meta || /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(text)) return;
      if (typed.length + text.length > maxCharacters) return;
      typed.push(...Array.from(text));
      stderr.write(text);
    };
    signal.addEventListener("abort", decline);
    stdin.on("keypress", onKey).on("end", decline);
    stdin.setRawMode(true);
    stdin.resume();
    const stopWaiting = afterReading(() => (isAsked = true));
  });
}

/** Calls back after `unreadMs`, and after the input that has arrived by then was read. Returns a function that cancels it. */
function afterReading(callback: () => void): () => void {
  let immediate: NodeJS.Immediate | undefined;
  const timer = setTimeout(() => (immediate = setImmediate(callback)), unreadMs);
  return () => {
    clearTimeout(timer);
    clearImmediate(immediate);
  };
}
