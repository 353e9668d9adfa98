import { isBelow, conversationLimits, isPlainObject } from "@ice/core/internal";
import type { RunHistory } from "../history/history.ts";
import type { KeptTurn } from "../history/kept-turn.ts";

interface PlacedTurn {
  /** Of the node that took the turn. */
  readonly path: string;
  readonly turn: KeptTurn;
}

/** The turns of agents in one run, by memory thread, at most as many of each as a store keeps. */
export class RunMemory {
  readonly #history: Pick<RunHistory, "checkpoints"> | undefined;
  readonly #threads = new Map<string, PlacedTurn[]>();

  /** @param history - with the turns that earlier processes recorded. */
  constructor(history: Pick<RunHistory, "checkpoints"> | undefined) {
    this.#history = history;
  }

  /** The last turns of a thread, the oldest of them first. */
  read(thread: string, most: number): readonly KeptTurn[] {
    return this.#thread(thread)
      .slice(-most)
      .map(({ turn }) => turn);
  }

  keep(thread: string, placed: PlacedTurn): void {
    const turns = this.#thread(thread);
    turns.push(placed);
    if (turns.length > conversationLimits.turns) turns.shift();
  }

  /** Drops the turns of an attempt of a node; with `children`, also everything below its path. O(turns). */
  forget(path: string, children: boolean): void {
    const isVoid = (turn: PlacedTurn): boolean => turn.path === path || (children && isBelow(turn.path, path));
    for (const [thread, turns] of this.#threads)
      if (turns.some(isVoid))
        this.#threads.set(
          thread,
          turns.filter((turn) => !isVoid(turn)),
        );
  }

  #thread(name: string): PlacedTurn[] {
    let turns = this.#threads.get(name);
    if (turns === undefined) this.#threads.set(name, (turns = this.#recorded(name)));
    return turns;
  }

  #recorded(thread: string): PlacedTurn[] {
    const recorded = [...(this.#history?.checkpoints ?? [])].flatMap(([path, value]) =>
      isPlainObject(value) && value["thread"] === thread
        ? [
            {
              path,
              turn: {
                input: value["input"] ?? null,
                output: value["output"] ?? null,
                messages: value["messages"] as unknown as KeptTurn["messages"],
              },
            },
          ]
        : [],
    );
    return recorded.slice(-conversationLimits.turns);
  }
}
