import type { HumanAnswer, Json, WaitingNode } from "@ice/core";

/** Asks at the terminal, on stderr. Undefined when the person presses Escape or Ctrl-C: the run stays suspended. */
export async function askPerson(request: WaitingNode): Promise<HumanAnswer | undefined> {
  // Loaded only when somebody is asked: it costs start-up time.
  const { confirm, isCancel, select, text } = await import("@clack/prompts");
  const { path, approvalType, choices = [], promptMessage = "" } = request;
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
