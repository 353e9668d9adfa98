import { deepFreeze } from "../json/deep-freeze.ts";
import { checkThread, checkTurn, turnsToDrop, type ConversationTurn } from "./conversation-store.ts";

interface Kept {
  readonly turn: ConversationTurn;
  readonly length: number;
}

/** Most threads in memory; the one that was added to longest ago is dropped first. */
const maxThreads = 1000;

/** The conversations of one tenant, in memory. */
export class ConversationMap {
  readonly #threads = new Map<string, Kept[]>();

  append(thread: string, turn: ConversationTurn): boolean {
    const turns = this.#threads.get(checkThread(thread)) ?? [];
    const length = checkTurn(thread, turn);
    if (turns.some((kept) => kept.turn.key === turn.key)) return false;
    turns.push({ turn: deepFreeze(structuredClone(turn) as never), length });
    turns.splice(0, turnsToDrop(turns.map((kept) => kept.length)));
    this.#threads.delete(thread);
    this.#threads.set(thread, turns);
    if (this.#threads.size > maxThreads) this.#threads.delete(this.#threads.keys().next().value!);
    return true;
  }

  read(thread: string, limit: number): readonly ConversationTurn[] {
    const turns = this.#threads.get(checkThread(thread)) ?? [];
    return limit < 1 ? [] : turns.slice(-limit).map(({ turn }) => turn);
  }

  delete(thread: string): boolean {
    return this.#threads.delete(checkThread(thread));
  }
}
