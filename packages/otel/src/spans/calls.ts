import { SpanKind, type Attributes } from "@opentelemetry/api";
import type { RunEvent, RunEventOf } from "@ice/core";
import { shorten } from "@ice/core/internal";
import { finishReason, modelAttributes } from "../conventions/model-name.ts";
import { conventions, own, runAttributes } from "../conventions/names.ts";
import type { Metrics } from "../metrics/metrics.ts";
import type { Members } from "./members.ts";
import type { OpenRuns } from "./open-runs.ts";
import type { OpenSpan } from "./open-span.ts";

/** Maximum characters of an answer that are recorded with `content`. */
const maxText = 65_536;

type Call = RunEventOf<
  "llm.called" | "llm.tokenStreamed" | "llm.completed" | "llm.failed" | "tool.called" | "tool.returned" | "tool.failed"
>;

/** Requests to models and calls of tools, below their nodes. */
export class Calls {
  readonly #runs: OpenRuns;
  readonly #members: Members;
  readonly #metrics: Metrics;
  readonly #content: boolean;

  constructor(runs: OpenRuns, members: Members, metrics: Metrics, content: boolean) {
    this.#runs = runs;
    this.#members = members;
    this.#metrics = metrics;
    this.#content = content;
  }

  handle(event: RunEvent): void {
    switch (event.type) {
      case "llm.called":
        return void this.#begin(
          event,
          `chat ${nameOf(event.data.model)}`,
          this.#chat(event.data.model),
          SpanKind.CLIENT,
        );
      case "llm.tokenStreamed":
        return this.#content ? this.#addText(event) : undefined;
      case "llm.completed":
        return this.#answered(event);
      case "llm.failed":
        return this.#failed(event);
      case "tool.called":
        return void this.#begin(event, `execute_tool ${event.data.tool}`, toolAttributes(event.data.tool));
      case "tool.returned":
        return this.#open(event)?.end({ at: event.at, status: "completed" });
      case "tool.failed":
        return this.#open(event)?.end({ at: event.at, status: "failed", error: { code: event.data.code } });
      default: // an event of a plugin, or one without a span
    }
  }

  #begin(event: Call, name: string, attributes: Attributes, kind = SpanKind.INTERNAL): OpenSpan | undefined {
    const { path, at, attempt } = event;
    const run = this.#runs.get(event);
    if (run === undefined) return undefined;
    const key = keyOf(event);
    const where = {
      ...runAttributes(event),
      [own.nodePath]: path,
      [own.attempt]: attempt,
    };
    const span = { name, kind, at, attributes: { ...attributes, ...where } };
    const parent = this.#members.parentOf(run, event);
    const call = this.#runs.open(run, parent, span, () => run.calls.delete(path, key, call));
    if (call === undefined) return undefined;
    run.calls.set(path, key, call);
    if (this.#content) call.text = "";
    return call;
  }

  #chat(model: string): Attributes {
    return { ...modelAttributes(model), [conventions.requestStream]: true };
  }

  #addText(event: RunEventOf<"llm.tokenStreamed">): void {
    const call = this.#open(event);
    if (call?.text !== undefined && call.text.length <= maxText) call.text += event.data.text;
  }

  #answered(event: RunEventOf<"llm.completed">): void {
    const { usage, costUsd, firstTokenMs, finishReason: reason, warnings } = event.data;
    this.#metrics.answer(event.data);
    const call = this.#open(event);
    const attributes: Attributes = {
      [conventions.finishReasons]: [finishReason(reason)],
      [conventions.inputTokens]: usage.inputTokens,
      [conventions.outputTokens]: usage.outputTokens,
      [conventions.cachedInputTokens]: usage.cachedInputTokens,
      [conventions.reasoningTokens]: usage.reasoningTokens,
      [conventions.timeToFirstChunk]: firstTokenMs === null ? undefined : firstTokenMs / 1000,
      [own.costUsd]: costUsd ?? undefined,
      [own.warnings]: warnings.length === 0 ? undefined : [...warnings],
      [conventions.outputMessages]: call?.text ? messages(call.text, reason) : undefined,
    };
    call?.end({ at: event.at, status: "completed", attributes });
  }

  /** A model that lacks its key fails without a request. */
  #failed(event: RunEventOf<"llm.failed">): void {
    const { model, code, next } = event.data;
    const open = this.#open(event);
    if (open !== undefined) this.#metrics.failedRequest(model, code, event.at - open.startedAt);
    const call = open ?? this.#begin(event, `chat ${nameOf(model)}`, this.#chat(model), SpanKind.CLIENT);
    const attributes = { [own.nextModel]: next ?? undefined };
    call?.end({ at: event.at, status: "failed", error: { code }, attributes });
  }

  #open(event: Call): OpenSpan | undefined {
    return this.#runs.get(event)?.calls.at(event.path).get(keyOf(event));
  }
}

/** `llm 1 2`: of the first attempt the second request. */
const keyOf = ({ type, attempt, data: { call } }: Call): string =>
  `${type.slice(0, type.indexOf("."))} ${attempt ?? 0} ${call ?? 0}`;

const nameOf = (model: string): string => model.slice(model.indexOf("/") + 1);

const toolAttributes = (tool: string): Attributes => ({
  [conventions.operationName]: "execute_tool",
  [conventions.toolName]: tool,
  [conventions.toolType]: "function",
});

const messages = (text: string, reason: string): string =>
  JSON.stringify([
    {
      role: "assistant",
      parts: [{ type: "text", content: shorten(text, maxText) }],
      finish_reason: finishReason(reason),
    },
  ]);
