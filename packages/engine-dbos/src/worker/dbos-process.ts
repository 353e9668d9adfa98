import { runsQueue } from "@ice/core/internal";
import type { Pool } from "pg";
import { endOf } from "../store/database.ts";
import type { Dispatch } from "../dispatch/dispatch.ts";
import { silentLog } from "../dispatch/silent-log.ts";
import { noLimit } from "../dispatch/queue-limits.ts";
import { takeTurns } from "./turns-of-tenants.ts";
import { application, jobWorkflow, protocol, ticketWorkflow } from "../dispatch/ticket.ts";
import { QueuePolls } from "./queue-polls.ts";

export interface DbosProcessOptions {
  /** Most entries of a queue that this process executes at a time. */
  readonly most: (queue: string) => number;
  /** The queues from which it takes. */
  readonly listens: readonly string[];
  /** Executes an entry of the queue of runs. @param id - of the entry. */
  readonly ticket: (id: string, argument: unknown) => Promise<void>;
  /** Executes an entry of another queue. */
  readonly job: (id: string, argument: unknown) => Promise<void>;
}

/**
 * How often DBOS tries again while the database is away, at most, in seconds; varied by up to half. By default it doubles its pause up to a
 * minute, so that idle workers took nothing for that long after the database was back.
 */
const retrySeconds = 2;

/**
 * DBOS in this process, of which there is one: it takes entries from the queues and calls their functions. Owners have new ids at each
 * start, because DBOS takes what belongs to its own id for its own.
 */
export class DbosProcess {
  readonly listens: readonly string[];
  readonly #dispatch: Dispatch;
  readonly #options: DbosProcessOptions;
  /** Queues with limits that hold for all workers. */
  readonly #limited = new Set<string>();
  #pool: Pool | undefined;
  #unlimit = (): void => {};
  #polls: QueuePolls | undefined;
  #endTurns = (): void => {};
  #takeNothing = (): void => {};

  constructor(dispatch: Dispatch, options: DbosProcessOptions) {
    this.#dispatch = dispatch;
    this.#options = options;
    this.listens = options.listens;
  }

  /** Whether a queue has a limit that an execution beside it would evade. */
  isLimited(queue: string): boolean {
    return this.#limited.has(queue);
  }

  async start(): Promise<void> {
    const { queues, store } = this.#dispatch;
    const { database, ownership } = store;
    const { DBOS } = await import("@dbos-inc/dbos-sdk");
    const { wfQueueRunner } = await import("@dbos-inc/dbos-sdk/internal/wfqueue");
    const { dbRetryConfig } = await import("@dbos-inc/dbos-sdk/internal/utils");
    await queues.open();
    dbRetryConfig.maxBackoffSec = retrySeconds;
    await this.#limitQueues();
    this.#polls = new QueuePolls(wfQueueRunner);
    this.#takeNothing = () => wfQueueRunner.stop();
    const execute = (work: DbosProcessOptions["ticket"]) => (argument: unknown) => work(DBOS.workflowID!, argument);
    DBOS.registerWorkflow(execute(this.#options.ticket), { name: ticketWorkflow, maxRecoveryAttempts: 1_000_000 });
    DBOS.registerWorkflow(execute(this.#options.job), { name: jobWorkflow, maxRecoveryAttempts: 1_000_000 });
    DBOS.setConfig({
      name: application,
      systemDatabaseUrl: database.url,
      systemDatabasePool: (this.#pool = database.pool()),
      systemDatabaseSchemaName: queues.schema,
      executorID: ownership.id,
      applicationVersion: protocol,
      useListenNotify: false,
      logger: silentLog,
      listenQueues: [...this.listens],
    });
    await DBOS.launch();
  }

  /** Looks into a queue soon, because a note says that there is something in it. */
  pollSoon(queue: string): void {
    this.#polls?.soon(queue);
  }

  /** Takes no entries any more. */
  takeNothing(): void {
    this.#takeNothing();
  }

  /** Ends DBOS, once entries that were taken have ended or a second has passed. */
  async stop(): Promise<void> {
    const { DBOS } = await import("@dbos-inc/dbos-sdk");
    await DBOS.shutdown({ deregister: true, workflowCompletionTimeoutMS: 1000 });
    this.#endTurns();
    this.#unlimit();
    this.#polls?.stop();
    if (this.#pool !== undefined) await endOf(this.#pool);
  }

  /** The limit per worker in the table of DBOS is the same for all workers; here it is that of this one, if that is lower. */
  async #limitQueues(): Promise<void> {
    const { SystemDatabase } = await import("@dbos-inc/dbos-sdk/internal/system_database");
    const { prototype } = SystemDatabase;
    this.#endTurns = takeTurns(prototype);
    const { listQueues, countRunningWorkflowsForQueue: count } = prototype;
    const [{ most, listens }, limited] = [this.#options, this.#limited];
    const jobQueues = listens.filter((name) => name !== runsQueue);
    /** Queues whose own limit in a worker is lower. */
    const narrow = new Set<string>();
    this.#unlimit = () => Object.assign(prototype, { listQueues, countRunningWorkflowsForQueue: count });
    // A worker executes so many nodes of others, from whichever queues they come.
    prototype.countRunningWorkflowsForQueue = function running(name) {
      if (name === runsQueue || narrow.has(name)) return count.call(this, name);
      return jobQueues.reduce((sum, one) => sum + count.call(this, one), 0);
    };
    prototype.listQueues = async function list(...given) {
      const queues = await listQueues.apply(this, given);
      for (const set of [limited, narrow]) set.clear();
      for (const { name, concurrency, workerConcurrency, partitionConcurrency, rateLimitMax } of queues) {
        const own = Math.min(workerConcurrency ?? noLimit, concurrency ?? noLimit);
        if (Math.min(own, partitionConcurrency ?? noLimit) < noLimit || rateLimitMax !== null) limited.add(name);
        if (own < most(name)) narrow.add(name);
      }
      return queues.map((queue) => ({
        ...queue,
        workerConcurrency: Math.min(
          most(queue.name),
          queue.workerConcurrency ?? Infinity,
          queue.concurrency ?? Infinity,
        ),
      }));
    };
  }
}
