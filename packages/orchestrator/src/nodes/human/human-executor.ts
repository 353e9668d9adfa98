import { IceError, type builtinNodes, type Json, type HumanRequest, type Signal } from "@ice/core";
import { isPlainObject, jsonLength } from "@ice/core/internal";
import type { BuiltinActivation } from "../builtin-activation.ts";

type HumanActivation = BuiltinActivation<typeof builtinNodes.human>;

/**
 * Requests an answer from a person. Without one, the run is suspended; `onTimeout` alone defines what happens at the deadline.
 */
export async function executeHuman(activation: HumanActivation): Promise<unknown> {
  const { onTimeout, timeoutSeconds, assignees = [] } = activation.config;
  const first = await activation.waitForSignal(0, () =>
    request(activation, { timeoutSeconds, assignees, escalated: false }),
  );
  if (!hasTimedOut(first.signal)) return answered(activation, first.signal, false);
  activation.emit("human.timedOut", { request: first.request.request });
  if (onTimeout === "fail") throw timedOut(activation);
  if (onTimeout === "reject") return { ...noAnswer, approved: false, timedOut: true };
  if ("output" in onTimeout) return { ...noAnswer, response: onTimeout.output, timedOut: true };
  const { escalateTo, timeoutSeconds: more } = onTimeout;
  const second = await activation.waitForSignal(1, () =>
    request(activation, { timeoutSeconds: more, assignees: [escalateTo], escalated: true }),
  );
  if (!hasTimedOut(second.signal)) return answered(activation, second.signal, true);
  activation.emit("human.timedOut", { request: second.request.request });
  throw timedOut(activation);
}

const noAnswer = {
  approved: null,
  choice: null,
  response: null,
  respondedBy: null,
  respondedAt: null,
  timedOut: false,
  escalated: false,
} as const;

function request(
  { config, nodeId, run }: HumanActivation,
  {
    timeoutSeconds,
    ...who
  }: {
    readonly timeoutSeconds: number | undefined;
    readonly assignees: string[];
    readonly escalated: boolean;
  },
): HumanRequest {
  const { promptMessage, approvalType, choices = [], responseSchema = null } = config;
  const expiresAt = timeoutSeconds === undefined ? null : Math.ceil(run.clock.now() + timeoutSeconds * 1000);
  const request: HumanRequest = {
    kind: "human",
    promptMessage,
    approvalType,
    choices,
    responseSchema,
    expiresAt,
    ...who,
  };
  if (jsonLength(request, maxRequest) <= maxRequest) return request;
  throw new IceError(
    "ICE_INPUT_INVALID",
    `What node "${nodeId}" asks is longer than ${maxRequest} characters as JSON.`,
    {
      fix: "ask a shorter question: keep large data in files, and name them",
    },
  );
}

/** Characters of a request as JSON. People read it, and servers list many of them at once. */
const maxRequest = 262_144;

function answered(activation: HumanActivation, { value, by, at }: Signal, escalated: boolean): unknown {
  activation.emit("human.responded", { by });
  const { approved = true, choice = null, response = null } = value as Readonly<Record<string, Json>>;
  return { ...noAnswer, approved, choice, response, respondedBy: by, respondedAt: at, escalated };
}

const hasTimedOut = ({ value }: Signal): boolean => isPlainObject(value) && value["timedOut"] === true;

function timedOut({ nodeId }: HumanActivation): IceError {
  return new IceError("ICE_NODE_TIMEOUT", `No one answered node "${nodeId}" in time.`, {
    fix: "raise `timeoutSeconds`, or set with `onTimeout` what happens then",
  });
}
