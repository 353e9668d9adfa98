import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import http from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { median, percentile } from "../statistics.ts";

export interface ServiceParameters {
  readonly engine: "ice" | "hono";
  readonly runs: number;
  /** Every second one is never read. */
  readonly streams: number;
}

/** Times in milliseconds. */
export interface ServiceFigures {
  /** From a request to start a run to the answer that it is recorded, one request after another. */
  readonly idle202: number;
  /** The same, during the load. */
  readonly busy202: number;
  /** `/livez` during the load. */
  readonly livez99: number;
  /** From an event to its arrival at a reader, without other load. */
  readonly idleEvent95: number;
  /** The same, while another server on the same store executes the run. */
  readonly otherEvent95: number;
  /** The same as `idleEvent95`, during the load. */
  readonly busyEvent95: number;
  readonly growthBytes: number;
  /** Streams that did not have each event once. */
  readonly wrongStreams: number;
  readonly loadMs: number;
}

/** Starts runs at a server in another process, while streams are open of which half are never read. */
export async function measureService({ engine, runs, streams }: ServiceParameters): Promise<ServiceFigures> {
  const folder = mkdtempSync(join(tmpdir(), "ice-bench-service-"));
  const server = await startServer(engine, folder);
  try {
    const idle: number[] = [];
    for (let n = 0; n < 50; n += 1) await server.begin(`warm${n}`);
    for (let n = 0; n < 100; n += 1) idle.push(await timed(() => server.begin(`idle${n}`)));
    const [idleEvent95, otherEvent95] = engine === "hono" ? [0, 0] : await quietEvents(server, folder);
    await delay(1000);
    const before = await server.rssBytes();
    const began = performance.now();
    const load = { goesOn: true };
    const probes: number[] = [];
    const probing = (async () => {
      while (load.goesOn) {
        probes.push(await timed(() => server.get("/livez")));
        await delay(10);
      }
    })();
    const busy: number[] = [];
    const readers: Promise<Reader>[] = [];
    const work = async (first: number): Promise<void> => {
      for (let n = first; n < runs; n += 20) {
        busy.push(await timed(() => server.begin(`r${n}`)));
        if (engine === "hono" || n >= streams) continue;
        if (n % 2 === 0) readers.push(server.read(`r${n}`));
        else server.stall(`r${n}`);
      }
    };
    await Promise.all(Array.from({ length: 20 }, (_, first) => work(first)));
    const read = await Promise.all(readers);
    load.goesOn = false;
    await probing;
    const loadMs = performance.now() - began;
    const delays = read.flatMap((reader) => reader.delays);
    return {
      idle202: median(idle),
      busy202: median(busy),
      livez99: percentile(probes, 0.99),
      idleEvent95,
      otherEvent95,
      busyEvent95: delays.length === 0 ? 0 : percentile(delays, 0.95),
      growthBytes: (await server.rssBytes()) - before,
      wrongStreams: read.filter(({ ids, isWhole }) => !isWhole || new Set(ids).size !== ids.length).length,
      loadMs,
    };
  } finally {
    server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

type Server = Awaited<ReturnType<typeof startServer>>;

/** How late events are, one run after another: of runs of the server that is read, and of one beside it. */
async function quietEvents(server: Server, folder: string): Promise<[number, number]> {
  const late = async (owner: Server, name: string): Promise<number> => {
    const delays: number[] = [];
    for (let n = 0; n < 20; n += 1) {
      await owner.begin(`${name}${n}`);
      delays.push(...(await server.read(`${name}${n}`)).delays);
    }
    return percentile(delays, 0.95);
  };
  const own = await late(server, "own");
  const other = await startServer("ice", folder);
  try {
    return [own, await late(other, "other")];
  } finally {
    other.stop();
  }
}

/** What a reader of a stream has received. */
interface Reader {
  readonly ids: readonly string[];
  readonly delays: readonly number[];
  /** Whether it has the events of the whole run: its start, five nodes and its end. */
  readonly isWhole: boolean;
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

async function startServer(engine: ServiceParameters["engine"], folder: string) {
  const child = fork(join(import.meta.dirname, "service-server.ts"), [engine, folder], {
    execArgv: ["--conditions=@ice/source", "--expose-gc"],
  });
  const { url, token } = (await messageOf(child)) as { url: string; token: string };
  const agent = new http.Agent({ keepAlive: true, maxSockets: 30 });
  const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
  const request = (method: string, path: string, body?: string): Promise<void> =>
    new Promise((resolve, reject) => {
      const call = http.request(`${url}${path}`, { method, headers, agent }, (answer) => {
        answer.resume();
        answer.on("end", () =>
          answer.statusCode! < 300 ? resolve() : reject(new Error(`${method} ${path}: ${answer.statusCode}`)),
        );
      });
      call.on("error", reject);
      call.end(body);
    });
  const stalled: http.ClientRequest[] = [];
  const stream = (runId: string, use: (answer: http.IncomingMessage) => void): http.ClientRequest => {
    const call = http.request(`${url}/v1/runs/${runId}/events`, { headers, agent: false }, use);
    call.on("error", () => {});
    call.end();
    return call;
  };
  return {
    get: (path: string) => request("GET", path),
    begin: (runId: string) => request("POST", "/v1/runs", JSON.stringify({ workflow: "work", runId })),
    read: (runId: string): Promise<Reader> =>
      new Promise((resolve) => void stream(runId, (answer) => resolve(readAll(answer)))),
    /** A client that never reads: its socket fills up. */
    stall: (runId: string): void => void stalled.push(stream(runId, (answer) => void answer.pause())),
    async rssBytes(): Promise<number> {
      child.send("memory");
      return ((await messageOf(child)) as { rssBytes: number }).rssBytes;
    },
    stop(): void {
      for (const call of stalled) call.destroy();
      child.kill();
    },
  };
}

async function messageOf(child: ChildProcess): Promise<unknown> {
  const [message] = (await once(child, "message")) as [unknown];
  return message;
}

async function readAll(answer: http.IncomingMessage): Promise<Reader> {
  const opened = Date.now();
  const ids: string[] = [];
  const delays: number[] = [];
  let last = "";
  let rest = "";
  for await (const chunk of answer.setEncoding("utf8")) {
    rest += chunk as string;
    for (let end = rest.indexOf("\n\n"); end >= 0; end = rest.indexOf("\n\n")) {
      const frame = rest.slice(0, end);
      rest = rest.slice(end + 2);
      const id = /^id: (.*)$/m.exec(frame)?.[1];
      if (id === undefined) continue;
      const { at, type } = JSON.parse(/^data: (.*)$/m.exec(frame)![1]!) as { at: number; type: string };
      ids.push(id);
      last = type;
      // What was recorded before the stream was open is not late.
      if (at >= opened) delays.push(Date.now() - at);
    }
  }
  return { ids, delays, isWhole: ids.length === 7 && last === "workflow.completed" };
}
