import type { ReactNode } from "react";
import type { Json, JsonObject, NodeDetail } from "../api/types.ts";
import { JsonText } from "../controls/json-text.tsx";
import { phasesOf, turnsOf, type Turn } from "../state/conversation.ts";

interface ModelTalkProps {
  readonly type: string;
  readonly input: Json | undefined;
  readonly detail: NodeDetail | undefined;
  /** What the model has written so far, while the page was open. */
  readonly streamed: string;
  readonly isRunning: boolean;
}

/** What is said in a node that asks models: prompt and answer, the steps of an agent, or the rounds of a swarm. */
export function ModelTalk({ type, input, detail, streamed, isRunning }: ModelTalkProps): ReactNode {
  const fields = typeof input === "object" && input !== null && !Array.isArray(input) ? (input as JsonObject) : {};
  const steps = detail?.steps ?? [];
  const turns = turnsOf(steps);
  const phases = phasesOf(steps);
  const output = detail?.output;
  return (
    <div className="talk" role="group" aria-label="Conversation">
      <Said who="system" value={fields["system"]} />
      <Said who={type === "swarm" ? "task" : "prompt"} value={fields["prompt"] ?? fields["input"] ?? fields["task"]} />
      <Turns turns={turns} />
      {phases.map(({ round, phase, utterances }) => (
        <section key={`${round} ${phase}`} className="stack">
          <h3>
            Round {round} <span className="quiet">{phase}</span>
          </h3>
          {utterances.map(({ role, output: said, turns: own }) => (
            <div key={role} className="stack">
              <Turns turns={own} />
              <Said who={role} value={said} isAnswer />
            </div>
          ))}
        </section>
      ))}
      {isRunning && streamed !== "" && <Said who="answer, as it comes" value={streamed} isAnswer />}
      {type === "llm" && output !== undefined && (
        <Said who={`answer${noteOf(output)}`} value={(output as JsonObject)["text"]} isAnswer />
      )}
      {type === "swarm" && output !== undefined && (
        <Said who="result" value={(output as JsonObject)["result"]} isAnswer />
      )}
    </div>
  );
}

const noteOf = (output: Json): string => {
  const model = (output as JsonObject)["model"];
  return typeof model === "string" ? ` of ${model}` : "";
};

const Turns = ({ turns }: { readonly turns: readonly Turn[] }): ReactNode =>
  turns.map((turn) =>
    turn.kind === "answer" ? (
      turn.text === "" ? null : (
        <Said key={turn.key} who="assistant" note={turn.note} value={turn.text} isAnswer />
      )
    ) : (
      <div key={turn.key} className="said call" data-state={turn.isError ? "failed" : "completed"}>
        <span className="meta">
          calls <code>{turn.tool}</code>
        </span>
        <JsonText value={turn.args} name={`arguments of ${turn.tool}`} />
        {turn.result === undefined ? (
          <span className="quiet">No result yet.</span>
        ) : (
          <>
            <span className="meta">{turn.isError ? "it failed" : "result"}</span>
            <JsonText value={turn.result} name={`result of ${turn.tool}`} />
          </>
        )}
      </div>
    ),
  );

interface SaidProps {
  readonly who: string;
  readonly note?: string;
  readonly value: Json | undefined;
  readonly isAnswer?: boolean;
}

/** Longer texts are shown in part, and can be downloaded. */
const maxText = 64 * 1024;

/** A text as it is, anything else as JSON. */
function Said({ who, note, value, isAnswer = false }: SaidProps): ReactNode {
  if (value === undefined || value === null) return null;
  return (
    <div className={isAnswer ? "said answer-text" : "said"}>
      <span className="meta">
        {who}
        {note !== undefined && <span className="note">{note}</span>}
      </span>
      {typeof value === "string" && value.length <= maxText ? <p>{value}</p> : <JsonText value={value} name={who} />}
    </div>
  );
}
