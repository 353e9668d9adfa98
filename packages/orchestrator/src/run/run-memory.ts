import type { Json, JsonObject, PlacedTurn } from "@ice/core";
import { checkThread, conversationLimits, isBelow, isPlainObject } from "@ice/core/internal";
import type { RunHistory } from "../history/history.ts";

interface TakenTurn {
  /** Of the node that took the turn. */
  readonly path: string;
  readonly turn: PlacedTurn;
}

/**
 * The name of a conversation. A template may give a number; anything else that is no text names none.
 *
 * @throws IceError `ICE_INPUT_INVALID`.
 */
export const threadName = (thread: Json): string => checkThread(typeof thread === "number" ? String(thread) : thread);

/** The turns of agents in one run, by memory thread, at most as many of each as a store keeps. */
export class RunMemory {
  readonly #history: Pick<RunHistory, "checkpoints"> | undefined;
  readonly #threads = new Map<string, TakenTurn[]>();

  /** @param history - with the turns that earlier processes recorded. */
  constructor(history: Pick<RunHistory, "checkpoints"> | undefined) {
    this.#history = history;
  }

  /** The last turns of a thread, the oldest of them first. */
  read(thread: string, most: number): readonly PlacedTurn[] {
    return this.#thread(thread)
      .slice(-most)
      .map(({ turn }) => turn);
  }

  /** @param path - of the node that took the turn. */
  keep(path: string, turn: PlacedTurn): void {
    const turns = this.#thread(turn.thread);
    turns.push({ path, turn });
    if (turns.length > conversationLimits.turns) turns.shift();
  }

  /** Drops the turns of an attempt of a node; with `children`, also everything below its path. O(turns). */
  forget(path: string, children: boolean): void {
    const isVoid = (turn: TakenTurn): boolean => turn.path === path || (children && isBelow(turn.path, path));
    for (const [thread, turns] of this.#threads)
      if (turns.some(isVoid))
        this.#threads.set(
          thread,
          turns.filter((turn) => !isVoid(turn)),
        );
  }

  #thread(name: string): TakenTurn[] {
    let turns = this.#threads.get(name);
    if (turns === undefined) this.#threads.set(name, (turns = this.#recorded(name)));
    return turns;
  }

  #recorded(thread: string): TakenTurn[] {
    const recorded = [...(this.#history?.checkpoints ?? [])].flatMap(([path, value]) => {
      const turn = recordedTurn(value);
      return turn?.thread === thread ? [{ path, turn }] : [];
    });
    return recorded.slice(-conversationLimits.turns);
  }
}

/** The turn that a checkpoint is; undefined for one of another node. */
export function recordedTurn(checkpoint: Json): PlacedTurn | undefined {
  if (!isPlainObject(checkpoint) || typeof checkpoint["thread"] !== "string") return undefined;
  const { thread, input = null, output = null, messages } = checkpoint;
  return { thread, input, output, messages: messages as readonly JsonObject[] | undefined };
}
