import { IceError, type BlueprintStore, type Hosting, type ScheduleStore, type TokenStore } from "@ice/core";

/** The members of a store that only servers use. A simulation has no servers, and its store refuses them. */
export class StoreWithoutServers {
  page(): never {
    throw unused("pages of runs");
  }

  requests(): never {
    throw unused("pages of requests");
  }

  readAfter(): never {
    throw unused("feed");
  }

  watch(): never {
    throw unused("watchers");
  }

  readonly hosting: Hosting = refusing("hosted runs");

  readonly blueprints: BlueprintStore = refusing("blueprints");

  readonly tokens: TokenStore = refusing("access tokens");

  readonly schedules: ScheduleStore = refusing("schedules");
}

/** The error for what only servers use; a simulation has none. */
const unused = (what: string): IceError =>
  new IceError("ICE_USAGE", `The store of a simulation has no ${what}.`, { fix: "test it with a store in memory" });

/** Throws at the first use. */
const refusing = <Part extends object>(what: string): Part =>
  new Proxy({} as Part, {
    get() {
      throw unused(what);
    },
  });
