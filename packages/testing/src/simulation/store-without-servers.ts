import { IceError } from "@ice/core";

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

  get hosting(): never {
    throw unused("hosted runs");
  }

  get blueprints(): never {
    throw unused("blueprints");
  }

  get tokens(): never {
    throw unused("access tokens");
  }
}

/** The error for what only servers use; a simulation has none. */
const unused = (what: string): IceError =>
  new IceError("ICE_USAGE", `The store of a simulation has no ${what}.`, { fix: "test it with a store in memory" });
