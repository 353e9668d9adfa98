import xterm from "@xterm/headless";

/** What a person sees of a terminal, and what it did besides. */
export interface Screen {
  /** From the first line that was ever written to the one with the cursor; a line that wraps is several. No colours. */
  readonly rows: readonly string[];
  /** Where the next key appears: the text before it on its row. */
  readonly beforeCursor: string;
  /** Names of what a program should not do to a person's terminal: `bell`, `title`, `reply`. */
  readonly surprises: readonly string[];
}

/** Draws a text as a terminal of 50 rows does. */
export async function screenOf(text: string, columns: number): Promise<Screen> {
  const terminal = new xterm.Terminal({ cols: columns, rows: 50, scrollback: 10_000, allowProposedApi: true });
  const surprises: string[] = [];
  terminal.onBell(() => surprises.push("bell"));
  terminal.onTitleChange(() => surprises.push("title"));
  terminal.onData(() => surprises.push("reply")); // what it would type by itself
  terminal.parser.registerOscHandler(52, () => surprises.push("clipboard") > 0);
  await new Promise<void>((resolve) => terminal.write(text, resolve));
  const { baseY, cursorX, cursorY } = terminal.buffer.active;
  const row = (at: number, columnsShown?: number): string =>
    terminal.buffer.active.getLine(at)?.translateToString(columnsShown === undefined, 0, columnsShown) ?? "";
  const rows = Array.from({ length: baseY + cursorY + 1 }, (_, at) => row(at));
  const beforeCursor = row(baseY + cursorY, cursorX);
  terminal.dispose();
  return { rows, beforeCursor, surprises };
}
