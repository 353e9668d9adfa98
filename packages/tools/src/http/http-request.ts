import { defineTool, EgressClient, IceError, type EgressResponse, type Json } from "@ice/core";
import { readJsonData, retryAfterMs } from "@ice/core/internal";
import { z } from "zod";

const methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"] as const;

/** What a header may be: https://www.rfc-editor.org/rfc/rfc9110#section-5. */
const headerName = z.string().regex(/^[!#$%&'*+.^_`|~\w-]{1,256}$/, "must be the name of a header");
const headerValue = z.string().regex(/^[\t\u0020-\u007E\u0080-\u00FF]*$/, "must be one line of text in Latin-1");

const maxBytes = 1024 * 1024;
const maxSeconds = 600;

/** Answers after which another attempt may succeed. */
const temporary: ReadonlySet<number> = new Set([408, 425, 429, 500, 502, 503, 504]);

/** Sends a request to a host that the owner allows. Every answer is a result, except those that call for a retry. */
export const httpRequest = () =>
  defineTool({
    name: "http_request",
    description: "Sends an HTTP request to a host of `allow.http`; the output is the answer.",
    sideEffects: "external",
    takesSecrets: true,
    args: z
      .strictObject({
        url: z.string().min(1).describe("An http(s) address whose host is on the owner's list `allow.http`."),
        method: z.enum(methods).default("GET"),
        headers: z
          .record(headerName, headerValue)
          .default({})
          .describe("Sent to the first origin only. A value that is written literally may hold `secret://NAME`."),
        body: z.string().optional().describe("Text to send."),
        json: z
          .custom<Json>(() => true)
          .optional()
          .meta({ description: "A value to send as JSON, instead of `body`." }),
        timeoutSeconds: z
          .number()
          .positive()
          .max(maxSeconds)
          .default(10)
          .describe("Maximum seconds until the last byte, redirects included."),
      })
      .refine(({ body, json }) => body === undefined || json === undefined, {
        message: "`body` and `json` cannot both be given",
        path: ["json"],
      }),
    output: z.object({
      status: z.number().describe("HTTP status."),
      headers: z.record(z.string(), z.string()).describe("Names in lower case; repeated headers are joined by commas."),
      body: z.string().describe("The body as UTF-8, at most 1 MiB."),
      json: z
        .custom<Json>(() => true)
        .meta({ description: "The parsed body if its content type is JSON and it is valid JSON; otherwise null." }),
    }),
    async run({ url, method, headers, body, json, timeoutSeconds }, { signal, use }) {
      const answer = await use(EgressClient).request(url, {
        method,
        headers: json === undefined ? headers : { ...jsonType(headers), ...headers },
        body: json === undefined ? body : JSON.stringify(json),
        timeoutMs: 1000 * timeoutSeconds,
        maxResponseBytes: maxBytes,
        reach: "listed",
        signal,
      });
      if (temporary.has(answer.status)) throw tryAgain(url, answer);
      return { status: answer.status, headers: { ...answer.headers }, body: answer.text, json: jsonOf(answer) };
    },
  });

/** The type of a JSON body, unless the blueprint sets another. */
const jsonType = (headers: Readonly<Record<string, string>>): Record<string, string> =>
  Object.keys(headers).some((name) => name.toLowerCase() === "content-type")
    ? {}
    : { "content-type": "application/json" };

function tryAgain(url: string, { status, headers }: EgressResponse): IceError {
  const { origin } = new URL(url); // it was reached
  return new IceError("ICE_EGRESS_FAILED", `${origin} answered with status ${status}.`, {
    fix: "give the node a `retryPolicy`",
    retryable: true,
    retryAfterMs: retryAfterMs((name) => headers[name], Date.now()),
    details: { status },
  });
}

/** Null for invalid JSON, or JSON that would lose something: digits, or values that are nested too deeply. */
function jsonOf({ headers, text }: EgressResponse): Json {
  if (!/^application\/(?:[\w.+-]+\+)?json\s*(?:;|$)/i.test(headers["content-type"] ?? "")) return null;
  const read = readJsonData(text);
  return "value" in read ? read.value : null;
}
