import { monitorEventLoopDelay } from "node:perf_hooks";
import type { RunEvent, Runtime } from "@ice/core";
import { Counter, Gauge, Histogram, type Instrument } from "./instruments.ts";

/** What is read when the metrics are requested. */
export interface Readings {
  activeRuns(): number;
  streams(): number;
}

const endOfRun = /^workflow\.(completed|failed|cancelled|suspended)$/;
const endOfNode = /^node\.(completed|failed|skipped|cancelled)$/;

/** The metrics of a server. Labels hold no names of users and no ids: they are routes, methods, statuses and types of nodes. */
export class ApiMetrics {
  readonly streamsStalled = new Counter({
    name: "ice_streams_stalled_total",
    help: "Streams that were closed because their readers took nothing.",
  });
  readonly #requests = new Counter({
    name: "ice_http_requests_total",
    help: "Requests.",
    labels: ["route", "method", "status"],
  });
  readonly #seconds = new Histogram({ name: "ice_http_request_seconds", help: "Time to the head of the answer." });
  readonly #runs = new Counter({ name: "ice_runs_total", help: "Runs of this process.", labels: ["status"] });
  readonly #nodes = new Counter({
    name: "ice_nodes_total",
    help: "Nodes that ended in this process.",
    labels: ["type", "status"],
  });
  readonly #delay = monitorEventLoopDelay({ resolution: 20 });
  readonly #readings: Readings;
  readonly #stop: () => void;

  constructor(runtime: Runtime, readings: Readings) {
    this.#readings = readings;
    this.#stop = runtime.events.on("*", (event) => this.#count(event));
    this.#delay.enable();
  }

  /** @param route - the path of the route, with the names of its parameters. */
  countRequest(route: string, { method, status, ms }: { method: string; status: number; ms: number }): void {
    this.#requests.add([route, method, String(status)]);
    this.#seconds.record(ms / 1000);
  }

  /** @param openTasks - how many requests to people are open. */
  text(openTasks: number): string {
    const instruments: readonly Instrument[] = [
      new Gauge({ name: "ice_runs_active", help: "Runs in progress in this process." }, () =>
        this.#readings.activeRuns(),
      ),
      new Gauge({ name: "ice_streams", help: "Open streams of events." }, () => this.#readings.streams()),
      new Gauge(
        { name: "ice_tasks_open", help: "Open requests to people, at most 1,000 are counted." },
        () => openTasks,
      ),
      new Gauge({ name: "ice_event_loop_delay_seconds", help: "99th percentile of the delay of the event loop." }, () =>
        this.#delayOfLoop(),
      ),
      this.#requests,
      this.#seconds,
      this.#runs,
      this.#nodes,
      this.streamsStalled,
    ];
    return instruments.map((instrument) => instrument.text()).join("");
  }

  close(): void {
    this.#stop();
    this.#delay.disable();
  }

  #delayOfLoop(): number {
    const nanoseconds = this.#delay.percentile(99);
    this.#delay.reset();
    return Number.isFinite(nanoseconds) ? nanoseconds / 1e9 : 0;
  }

  #count({ type, nodeType }: RunEvent): void {
    const [, run] = endOfRun.exec(type) ?? [];
    if (run !== undefined) this.#runs.add([run]);
    const [, node] = endOfNode.exec(type) ?? [];
    if (node !== undefined) this.#nodes.add([nodeType ?? "", node]);
  }
}
