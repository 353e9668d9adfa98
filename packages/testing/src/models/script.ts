import { IceError, messageOf, type ModelMessage, type ModelRequest } from "@ice/core";
import { shorten } from "@ice/core/internal";
import type { ScriptedReply } from "./scripted-reply.ts";

interface Entry {
  readonly reply: ScriptedReply;
  readonly when: RegExp | undefined;
  left: number;
}

/** The replies that are left. A request takes the first one that matches it. */
export class Script {
  readonly #entries: readonly Entry[];
  #missed: IceError | undefined;

  constructor(replies: readonly ScriptedReply[]) {
    this.#entries = replies.map((reply, index) => ({
      reply,
      when: patternOf(reply, index + 1),
      left: reply.times === "always" ? Infinity : (reply.times ?? 1),
    }));
  }

  /** @param n - number of the request, from 1. @throws IceError `ICE_SCRIPT_MISMATCH`. */
  take(request: ModelRequest, n: number): ScriptedReply {
    const text = textOf(request);
    const entry = this.#entries.find(({ left, when }) => left > 0 && (when === undefined || when.test(text)));
    if (entry === undefined) throw (this.#missed ??= this.#exhausted(request.model, text, n));
    entry.left -= 1;
    return entry.reply;
  }

  /** @throws IceError `ICE_SCRIPT_MISMATCH` if a request found no reply, or if replies are left. */
  assertFinished(): void {
    if (this.#missed !== undefined) throw this.#missed;
    const unused = this.#entries.filter(({ left }) => left > 0 && left < Infinity);
    if (unused.length === 0) return;
    throw new IceError(
      "ICE_SCRIPT_MISMATCH",
      `The script has replies that no request has taken: ${unused.map(shown).join(", ")}.`,
      { fix: 'remove them, or find out why the workflow asks less; `times: "always"` may stay unused' },
    );
  }

  #exhausted(model: string, text: string, n: number): IceError {
    const left = this.#entries.filter((entry) => entry.left > 0);
    const others = left.length === 0 ? "All replies are used" : `None of these matches: ${left.map(shown).join(", ")}`;
    return new IceError(
      "ICE_SCRIPT_MISMATCH",
      `The script has no reply for request ${n}, to ${model}: ${shorten(JSON.stringify(text), 300)}. ${others}.`,
      { fix: "add a reply, or raise `times` of one", details: { request: n, model } },
    );
  }
}

/** @param n - number of the reply, from 1. @throws IceError `ICE_USAGE`. */
function patternOf({ when }: ScriptedReply, n: number): RegExp | undefined {
  if (when === undefined) return undefined;
  if (typeof when === "string")
    try {
      return new RegExp(when, "s");
    } catch (error) {
      throw new IceError("ICE_USAGE", `\`when\` of reply ${n} of the scripted model: ${messageOf(error)}.`, {
        fix: 'write a backslash before each of ( ) [ ] { } * + ? . | ^ $ that means itself: "\\\\("',
      });
    }
  return new RegExp(when.source, when.flags.replaceAll(/[gy]/g, "")); // without a state between requests
}

/** The text of a request: system message, messages, arguments and results of tools. */
function textOf({ system, messages }: ModelRequest): string {
  return [...(system === undefined ? [] : [system]), ...messages.flatMap(textsOf)].join("\n");
}

function textsOf(message: ModelMessage): readonly string[] {
  if (message.role === "tool") return message.results.map(({ result }) => JSON.stringify(result));
  return message.role === "user" ? [message.text] : [message.text, ...message.toolCalls.map((call) => call.arguments)];
}

function shown({ reply, left }: Entry): string {
  const { when, times: _times, ...rest } = reply;
  const words = shorten(JSON.stringify(rest), 80);
  return `${words}${when === undefined ? "" : ` when ${String(when)}`}${left > 1 && left < Infinity ? ` (${left} times)` : ""}`;
}
