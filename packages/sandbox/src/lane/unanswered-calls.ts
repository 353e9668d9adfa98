import type { ExecutionFailure } from "./execution.ts";

/** Maximum number of calls of the largest size that may wait for their answers at a time. */
const maxLarge = 16;

/** Calls of one execution that wait for their answers: the host keeps their arguments until then. */
export class UnansweredCalls {
  readonly #outputBytes: number;
  readonly #calls = new Map<number, { readonly id: number; readonly bytes: number }>();
  #bytes = 0;

  /** @param outputBytes - the limit of the execution. */
  constructor(outputBytes: number) {
    this.#outputBytes = outputBytes;
  }

  get size(): number {
    return this.#calls.size;
  }

  /** Why a call of this size may not be made now; undefined if it may. */
  problemOf(bytes: number): ExecutionFailure | undefined {
    const most = this.#outputBytes;
    if (bytes > most)
      return { kind: "output", message: `A host call has more than ${most} bytes (limits.outputBytes).` };
    if (this.#bytes + bytes <= maxLarge * most) return undefined;
    return {
      kind: "output",
      message: `Host calls that wait for answers have more than ${maxLarge * most} bytes together (${maxLarge} times limits.outputBytes).`,
      fix: "await some calls before making others, or pass less data",
    };
  }

  /** @param id - chosen by the guest, which may use one id for several calls. */
  add(number: number, { id, bytes }: { readonly id: number; readonly bytes: number }): void {
    this.#calls.set(number, { id, bytes });
    this.#bytes += bytes;
  }

  /** @returns the guest's id of a call that has been answered. */
  remove(number: number): number {
    const { id, bytes } = this.#calls.get(number)!; // every answer belongs to a call
    this.#calls.delete(number);
    this.#bytes -= bytes;
    return id;
  }
}
