/** What the operator of a worker may want to know. It contains ids, counts and messages of errors, and no data of runs. */
export type WorkerNotice =
  /** The store has not answered for some seconds: runs wait for it, and nothing is lost. */
  | { readonly type: "store.unreachable"; readonly store: string; readonly awayMs: number }
  /** It answers again. */
  | { readonly type: "store.reached"; readonly store: string; readonly awayMs: number }
  /** Another process has died, and what it had taken was given to the workers that live. */
  | {
      readonly type: "worker.replaced";
      readonly worker: string;
      readonly host: string;
      readonly pid: number;
      /** Runs that it executed, or was about to open. */
      readonly runs: number;
      /** Nodes of other runs that it executed. */
      readonly jobs: number;
    }
  /** This worker cannot go on with a run, or execute a node of it, which is offered to others. Once for each run and reason. */
  | {
      readonly type: "run.blocked";
      readonly tenant: string;
      readonly runId: string;
      readonly code: string;
      readonly message: string;
    };
