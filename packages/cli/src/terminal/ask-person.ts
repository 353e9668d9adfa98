import type { HumanAnswer, Json, WaitingNode } from "@ice/core";
import type { GivenAnswer, Question } from "./terminal.ts";

/** Asks at the terminal, on stderr. Undefined when the person presses Escape or Ctrl-C: the run stays suspended. */
export async function askPerson(request: WaitingNode, { by, refused }: Question): Promise<GivenAnswer | undefined> {
  // Loaded only when somebody is asked: it costs start-up time.
  const prompts = await import("@clack/prompts");
  const { assignees = [] } = request;
  const output = process.stderr;
  if (refused !== undefined) prompts.log.warn(refused, { output });
  const answer = await askForAnswer(prompts, request);
  if (answer === undefined) return undefined;
  if (by !== undefined || assignees.length === 0) return { answer, by };
  const options = assignees.map((value) => ({ value, label: value }));
  const who = await prompts.select({ message: "Who are you?", options, output });
  return prompts.isCancel(who) ? undefined : { answer, by: who };
}

async function askForAnswer(
  { confirm, isCancel, select, text }: typeof import("@clack/prompts"),
  { path, approvalType, choices = [], promptMessage = "" }: WaitingNode,
): Promise<HumanAnswer | undefined> {
  const common = { message: `${path}: ${promptMessage}`, output: process.stderr };
  switch (approvalType) {
    case "choice": {
      const choice = await select({ ...common, options: choices.map((value) => ({ value, label: value })) });
      return isCancel(choice) ? undefined : { choice };
    }
    case "input": {
      const answer = await text({ ...common, placeholder: "JSON, or a text" });
      return isCancel(answer) ? undefined : { response: jsonOrText(answer) };
    }
    default: {
      const approved = await confirm(common);
      return isCancel(approved) ? undefined : { approved };
    }
  }
}

function jsonOrText(answer: string): Json {
  try {
    return JSON.parse(answer) as Json;
  } catch {
    return answer; // no JSON: the text itself is the answer
  }
}
