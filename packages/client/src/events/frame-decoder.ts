import { IceApiError } from "../errors/ice-api-error.ts";

/** A message of a stream of server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html). */
export interface Frame {
  readonly id: string | undefined;
  /** Default `message`. */
  readonly event: string;
  readonly data: string;
}

/** Characters of one frame. */
const maxFrameLength = 1024 * 1024;

/** Makes frames of bytes, however these are divided. One decoder is for one connection: what is incomplete is never a frame. */
export class FrameDecoder {
  /** How long the server wants a reader to wait before it connects again. */
  retryMs: number | undefined;
  readonly #decoder = new TextDecoder();
  #rest = "";
  #data: string[] = [];
  #length = 0;
  #id: string | undefined;
  #event = "message";

  /** @throws IceApiError `ICE_ANSWER_INVALID` for a frame of more than 1 MiB. */
  push(bytes: Uint8Array): readonly Frame[] {
    this.#rest += this.#decoder.decode(bytes, { stream: true });
    // A carriage return at the end may be half of a line end.
    const lines = this.#rest.split(/\r\n|\n|\r(?!$)/);
    this.#rest = lines.pop() ?? "";
    const frames = lines.flatMap((line) => this.#take(line));
    if (this.#length + this.#rest.length > maxFrameLength) throw tooLong();
    return frames;
  }

  #take(line: string): Frame[] {
    if (line === "") return this.#finish();
    this.#length += line.length;
    if (this.#length > maxFrameLength) throw tooLong();
    const [, name, value = ""] = /^([^:]*):? ?(.*)$/s.exec(line) ?? [];
    if (name === "data") this.#data.push(value);
    else if (name === "event") this.#event = value;
    else if (name === "id") this.#id = value;
    else if (name === "retry" && /^\d{1,6}$/.test(value)) this.retryMs = Number(value);
    return [];
  }

  #finish(): Frame[] {
    const frame = { id: this.#id, event: this.#event, data: this.#data.join("\n") };
    const isFrame = this.#data.length > 0;
    this.#data = [];
    this.#length = 0;
    this.#id = undefined;
    this.#event = "message";
    return isFrame ? [frame] : [];
  }
}

const tooLong = (): IceApiError =>
  new IceApiError("ICE_ANSWER_INVALID", "An event of the server has more than 1 MiB.", {
    status: 200,
    fix: "check the address: something else than an ice server answers there",
  });
