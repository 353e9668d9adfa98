import { client } from "./client.ts";

export { IceApiError as ApiError } from "@ice/client";

interface Sent {
  readonly method?: "POST" | "PUT" | "DELETE";
  readonly json?: object;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal | undefined;
}

/** The JSON that a request to a path of the API is answered with. @throws ApiError. */
export function read<T>(path: string, { json, headers, signal, method }: Sent = {}): Promise<T> {
  const { pathname, searchParams } = new URL(path, location.origin);
  return client.request<T>({
    method: method ?? (json === undefined ? undefined : "POST"),
    path: pathname.split("/").slice(2).map(decodeURIComponent),
    query: Object.fromEntries(searchParams),
    body: json,
    headers,
    signal,
  });
}

/** Sends a request whose answer does not matter. @throws ApiError. */
export async function send(path: string, sent?: Sent): Promise<void> {
  await read(path, sent);
}
