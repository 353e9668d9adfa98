/** What a scripted provider answers, in words that all wire formats share. */
export interface Reply {
  readonly chunks?: readonly string[];
  readonly reasoning?: string;
  /** Proof of the reasoning, where a format has one. */
  readonly signature?: string;
  readonly calls?: readonly { readonly id: string; readonly name: string; readonly args: string }[];
  readonly finish?: "stop" | "length" | "content-filter" | "tool-calls";
  readonly usage?: { readonly input: number; readonly output: number; readonly cached?: number };
}

/** The wire formats, each with the events of an answer as they come. */
export const wireFormats = { chat, "openai-chat": chat, responses, messages, google } as const;
export type WireFormat = keyof typeof wireFormats;

const sse = (data: unknown, event?: string): string =>
  `${event === undefined ? "" : `event: ${event}\n`}data: ${JSON.stringify(data)}\n\n`;

const usageOf = ({ usage = { input: 10, output: 5 } }: Reply) => ({ cached: 0, ...usage });
const finishOf = ({ finish, calls = [] }: Reply) => finish ?? (calls.length > 0 ? "tool-calls" : "stop");

function* chat(reply: Reply): Generator<string> {
  const chunk = (delta: object, finish: string | null = null) =>
    sse({
      id: "r",
      object: "chat.completion.chunk",
      created: 1,
      model: "m",
      choices: [{ index: 0, delta, finish_reason: finish }],
    });
  yield chunk({ role: "assistant", content: "" });
  if (reply.reasoning !== undefined) yield chunk({ reasoning_content: reply.reasoning });
  for (const content of reply.chunks ?? []) yield chunk({ content });
  for (const [index, { id, name, args }] of (reply.calls ?? []).entries()) {
    yield chunk({ tool_calls: [{ index, id, type: "function", function: { name, arguments: "" } }] });
    yield chunk({ tool_calls: [{ index, function: { arguments: args } }] });
  }
  yield chunk({}, finishOf(reply).replace("-", "_"));
  const { input, output, cached } = usageOf(reply);
  const usage = { prompt_tokens: input, completion_tokens: output, prompt_tokens_details: { cached_tokens: cached } };
  yield sse({ id: "r", object: "chat.completion.chunk", created: 1, model: "m", choices: [], usage });
  yield "data: [DONE]\n\n";
}

function* responses(reply: Reply): Generator<string> {
  let order = 0;
  const event = (type: string, data: object) => sse({ type, sequence_number: order++, ...data }, type);
  const response = { id: "r", object: "response", created_at: 1, model: "m" };
  yield event("response.created", { response: { ...response, status: "in_progress", output: [] } });
  let at = 0;
  if (reply.reasoning !== undefined) {
    const item = { id: "rs", type: "reasoning", summary: [{ type: "summary_text", text: reply.reasoning }] };
    const proof = { encrypted_content: reply.signature ?? null };
    yield event("response.output_item.added", { output_index: at, item: { ...item, ...proof, summary: [] } });
    yield event("response.reasoning_summary_part.added", { item_id: "rs", output_index: at, summary_index: 0 });
    yield event("response.reasoning_summary_text.delta", {
      item_id: "rs",
      output_index: at,
      summary_index: 0,
      delta: reply.reasoning,
    });
    yield event("response.output_item.done", { output_index: at, item: { ...item, ...proof } });
    at += 1;
  }
  if (reply.chunks !== undefined) {
    const item = { id: "msg", type: "message", role: "assistant" };
    yield event("response.output_item.added", {
      output_index: at,
      item: { ...item, status: "in_progress", content: [] },
    });
    for (const delta of reply.chunks)
      yield event("response.output_text.delta", { item_id: "msg", output_index: at, content_index: 0, delta });
    const content = [{ type: "output_text", text: reply.chunks.join(""), annotations: [] }];
    yield event("response.output_item.done", { output_index: at, item: { ...item, status: "completed", content } });
    at += 1;
  }
  for (const { id, name, args } of reply.calls ?? []) {
    const item = { id: `fc${at}`, type: "function_call", call_id: id, name, arguments: args, status: "completed" };
    yield event("response.output_item.added", {
      output_index: at,
      item: { ...item, arguments: "", status: "in_progress" },
    });
    yield event("response.function_call_arguments.delta", { item_id: item.id, output_index: at, delta: args });
    yield event("response.output_item.done", { output_index: at, item });
    at += 1;
  }
  const reasons = { length: "max_output_tokens", "content-filter": "content_filter" };
  const reason = reasons[finishOf(reply) as keyof typeof reasons];
  const end = reason === undefined ? "completed" : "incomplete";
  const { input, output, cached } = usageOf(reply);
  const usage = {
    input_tokens: input,
    output_tokens: output,
    input_tokens_details: { cached_tokens: cached },
    output_tokens_details: { reasoning_tokens: 0 },
  };
  const incomplete_details = reason === undefined ? null : { reason };
  yield event(`response.${end}`, { response: { ...response, status: end, incomplete_details, output: [], usage } });
}

function* messages(reply: Reply): Generator<string> {
  const event = (type: string, data: object) => sse({ type, ...data }, type);
  const { input, output, cached } = usageOf(reply);
  const usage = { input_tokens: input - cached, output_tokens: output, cache_read_input_tokens: cached };
  const message = {
    id: "r",
    type: "message",
    role: "assistant",
    model: "m",
    content: [],
    stop_reason: null,
    stop_sequence: null,
  };
  yield event("message_start", { message: { ...message, usage } });
  let index = 0;
  if (reply.reasoning !== undefined) {
    yield event("content_block_start", { index, content_block: { type: "thinking", thinking: "", signature: "" } });
    yield event("content_block_delta", { index, delta: { type: "thinking_delta", thinking: reply.reasoning } });
    yield event("content_block_delta", { index, delta: { type: "signature_delta", signature: reply.signature ?? "" } });
    yield event("content_block_stop", { index });
    index += 1;
  }
  if (reply.chunks !== undefined) {
    yield event("content_block_start", { index, content_block: { type: "text", text: "" } });
    for (const text of reply.chunks) yield event("content_block_delta", { index, delta: { type: "text_delta", text } });
    yield event("content_block_stop", { index });
    index += 1;
  }
  for (const { id, name, args } of reply.calls ?? []) {
    yield event("content_block_start", { index, content_block: { type: "tool_use", id, name, input: {} } });
    yield event("content_block_delta", { index, delta: { type: "input_json_delta", partial_json: args } });
    yield event("content_block_stop", { index });
    index += 1;
  }
  const reasons = { stop: "end_turn", length: "max_tokens", "tool-calls": "tool_use", "content-filter": "refusal" };
  yield event("message_delta", { delta: { stop_reason: reasons[finishOf(reply)], stop_sequence: null }, usage });
  yield event("message_stop", {});
}

function* google(reply: Reply): Generator<string> {
  const chunk = (parts: object[], more: object = {}, usage: object = {}) =>
    sse({
      responseId: "r",
      modelVersion: "m",
      candidates: [{ index: 0, content: { role: "model", parts }, ...more }],
      ...usage,
    });
  const proof = reply.signature === undefined ? {} : { thoughtSignature: reply.signature };
  if (reply.reasoning !== undefined) yield chunk([{ text: reply.reasoning, thought: true }]);
  for (const text of reply.chunks ?? []) yield chunk([{ text }]);
  for (const { id, name, args } of reply.calls ?? [])
    yield chunk([{ functionCall: { id, name, args: JSON.parse(args) as object }, ...proof }]);
  const reasons = { stop: "STOP", length: "MAX_TOKENS", "tool-calls": "STOP", "content-filter": "SAFETY" };
  const { input, output, cached } = usageOf(reply);
  const usageMetadata = { promptTokenCount: input, candidatesTokenCount: output, cachedContentTokenCount: cached };
  yield chunk([], { finishReason: reasons[finishOf(reply)] }, { usageMetadata });
}
