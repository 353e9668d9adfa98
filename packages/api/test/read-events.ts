import { request } from "node:http";
import type { Served } from "./serve.ts";

export interface Frame {
  readonly id?: string;
  readonly event?: string;
  readonly data: Readonly<Record<string, unknown>>;
}

export interface Stream {
  readonly status: number;
  readonly frames: readonly Frame[];
}

/** Reads a stream until the server ends it, or `until` holds. */
export function readEvents(
  { port, token: own }: Served,
  path: string,
  {
    headers = {},
    token = own,
    until,
  }: {
    readonly headers?: Readonly<Record<string, string>>;
    readonly token?: string;
    readonly until?: (frames: readonly Frame[]) => boolean;
  } = {},
): Promise<Stream> {
  return new Promise((resolve, reject) => {
    const frames: Frame[] = [];
    let rest = "";
    const call = request(
      { host: "127.0.0.1", port, path, agent: false, headers: { authorization: `Bearer ${token}`, ...headers } },
      (answer) => {
        const finish = (): void => resolve({ status: answer.statusCode ?? 0, frames });
        answer.setEncoding("utf8").on("data", (chunk: string) => {
          rest += chunk;
          const parts = rest.split("\n\n");
          rest = parts.pop() ?? "";
          frames.push(...parts.flatMap(frameOf));
          if (until?.(frames) !== true) return;
          finish();
          call.destroy();
        });
        answer.on("end", finish);
        answer.on("error", finish);
      },
    );
    call.on("error", reject);
    call.end();
  });
}

export const durable = ({ frames }: Stream): readonly Frame[] => frames.filter(({ id }) => id !== undefined);

export const typesOf = (stream: Stream): readonly unknown[] => durable(stream).map(({ data }) => data["type"]);

function frameOf(text: string): Frame[] {
  const fields = Object.fromEntries(text.split("\n").map((line) => line.split(/: (.*)/s) as [string, string]));
  const { id, event, data } = fields;
  if (data === undefined) return [];
  return [{ ...(id && { id }), ...(event && { event }), data: JSON.parse(data) as Frame["data"] }];
}
