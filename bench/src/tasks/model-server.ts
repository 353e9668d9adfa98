import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** A wire format: the bytes before a part of text, the part, and the bytes after all parts. */
interface Format {
  readonly path: RegExp;
  readonly head: string;
  readonly part: string;
  readonly tail: string;
}

const sse = (data: { readonly type?: string }): string =>
  `${data.type === undefined ? "" : `event: ${data.type}\n`}data: ${JSON.stringify(data)}\n\n`;

const chunk = (choice: object, more: object = {}): string =>
  sse({
    id: "r",
    object: "chat.completion.chunk",
    created: 1,
    model: "m",
    choices: [{ index: 0, ...choice }],
    ...more,
  } as object);
const response = { id: "r", object: "response", created_at: 1, model: "m" };
const item = { id: "i", type: "message", role: "assistant" };
const usage = { input_tokens: 1, output_tokens: 1 };
const candidate = (parts: object[], more: object = {}): string =>
  sse({ candidates: [{ index: 0, content: { role: "model", parts }, ...more }] } as object);

const formats = {
  "openai-compatible": {
    path: /chat\/completions/,
    head: chunk({ delta: { role: "assistant", content: "" } }),
    part: chunk({ delta: { content: "token " }, finish_reason: null }),
    tail: `${chunk({ delta: {}, finish_reason: "stop" })}data: [DONE]\n\n`,
  },
  openai: {
    path: /responses/,
    head:
      sse({ type: "response.created", response: { ...response, status: "in_progress", output: [] } } as object) +
      sse({ type: "response.output_item.added", output_index: 0, item: { ...item, content: [] } } as object),
    part: sse({
      type: "response.output_text.delta",
      item_id: "i",
      output_index: 0,
      content_index: 0,
      delta: "token ",
    } as object),
    tail:
      sse({ type: "response.output_item.done", output_index: 0, item: { ...item, content: [] } } as object) +
      sse({ type: "response.completed", response: { ...response, status: "completed", output: [], usage } } as object),
  },
  anthropic: {
    path: /messages/,
    head:
      sse({
        type: "message_start",
        message: { id: "r", type: "message", role: "assistant", model: "m", content: [], usage },
      } as object) +
      sse({ type: "content_block_start", index: 0, content_block: { type: "text", text: "" } } as object),
    part: sse({ type: "content_block_delta", index: 0, delta: { type: "text_delta", text: "token " } } as object),
    tail:
      sse({ type: "content_block_stop", index: 0 } as object) +
      sse({ type: "message_delta", delta: { stop_reason: "end_turn", stop_sequence: null }, usage } as object) +
      sse({ type: "message_stop" }),
  },
  google: {
    path: /enerateContent/,
    head: "",
    part: candidate([{ text: "token " }]),
    tail: candidate([], { finishReason: "STOP" }),
  },
} satisfies Record<string, Format>;

export type ModelFormat = keyof typeof formats;

export interface ModelServer {
  readonly host: string;
  /** Waits for the next request. `closed`: the time at which the client closed its connection. */
  readonly next: () => Promise<{ readonly closed: Promise<number> }>;
  close(): void;
}

/**
 * A provider at 127.0.0.1 that answers `tokens` parts of text. Below `/hang/` it sends nothing, below `/stall/` it stops in the
 * middle.
 */
export async function startModelServer(tokens: number): Promise<ModelServer> {
  let onRequest: (request: { readonly closed: Promise<number> }) => void = () => {};
  const server = createServer((request, answer) => {
    const closed = new Promise<number>((done) => answer.on("close", () => done(performance.now())));
    request.resume().on("end", () => {
      void send(request.url!, answer, tokens);
      onRequest({ closed });
    });
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    next: () =>
      new Promise((resolve) => {
        onRequest = resolve;
      }),
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** Parts that are sent in one write, as by a fast server. */
const block = 100;

async function send(url: string, answer: ServerResponse, tokens: number): Promise<void> {
  if (url.startsWith("/hang/")) return;
  const { head, part, tail } = Object.values(formats).find(({ path }) => path.test(url))!;
  answer.writeHead(200, { "content-type": "text/event-stream" });
  answer.write(head + part);
  if (url.startsWith("/stall/")) return;
  const parts = part.repeat(block);
  for (let sent = 0; sent < tokens; sent += block)
    if (!answer.write(parts)) await new Promise((done) => answer.once("drain", done));
  answer.end(tail);
}
