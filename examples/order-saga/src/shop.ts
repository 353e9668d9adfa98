import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";

/** A request that the shop has served. */
export interface Served {
  readonly number: number;
  readonly what: string;
  /** Of the request: the same key is the same request. */
  readonly key: string;
  /** How often it was made. */
  readonly times: number;
}

interface State {
  readonly served: readonly Served[];
  readonly stock: number;
  readonly balance: number;
}

/** What a request changes. */
export type Change = Partial<Record<"stock" | "balance", number>>;

/** Stock and payments of a shop, in a file. Like a real service, it serves a repeated request once, by its idempotency key. */
export class Shop {
  readonly #file: string;

  constructor(file: string) {
    this.#file = file;
  }

  get state(): State {
    if (!existsSync(this.#file)) return { served: [], stock: 10, balance: 0 };
    return JSON.parse(readFileSync(this.#file, "utf8")) as State;
  }

  serve(what: string, key: string, { stock = 0, balance = 0 }: Change): Served {
    const { state } = this;
    const earlier = state.served.find((request) => request.key === key);
    if (earlier !== undefined) {
      const again = { ...earlier, times: earlier.times + 1 };
      this.#write({ ...state, served: state.served.map((request) => (request === earlier ? again : request)) });
      return again;
    }
    const request = { number: state.served.length + 1, what, key, times: 1 };
    const served = [...state.served, request];
    this.#write({ served, stock: state.stock + stock, balance: state.balance + balance });
    return request;
  }

  /** A process that is killed meanwhile leaves the file as it was. */
  #write(state: State): void {
    writeFileSync(`${this.#file}.new`, JSON.stringify(state));
    renameSync(`${this.#file}.new`, this.#file);
  }
}
