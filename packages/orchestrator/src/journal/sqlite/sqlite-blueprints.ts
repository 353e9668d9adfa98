import type {
  BlueprintPage,
  BlueprintPageQuery,
  BlueprintStore,
  JsonObject,
  PutBlueprintOptions,
  StoredBlueprint,
} from "@ice/core";
import { finishInTurns, type Steps, newRevision } from "@ice/core/internal";
import { deleteBlueprint, listBlueprints, listRevisions, putBlueprint, readBlueprint } from "./blueprint-rows.ts";
import { encoding } from "./encoding.ts";
import type { StoreFile } from "./store-file.ts";
import { digests } from "../digests.ts";

/** The blueprints of one tenant in a file. */
export class SqliteBlueprints implements BlueprintStore {
  readonly #file: StoreFile;
  readonly #tenant: string;

  constructor(file: StoreFile, tenant: string) {
    this.#file = file;
    this.#tenant = tenant;
  }

  list(query: BlueprintPageQuery = {}): Promise<BlueprintPage> {
    return this.#read(() => listBlueprints(this.#file.database, this.#tenant, query));
  }

  get(
    name: string,
    { revision }: { readonly revision?: number | undefined } = {},
  ): Promise<StoredBlueprint | undefined> {
    return this.#read(() => readBlueprint(this.#file.database, { tenant: this.#tenant, name }, revision));
  }

  revisions(name: string, query: BlueprintPageQuery = {}): Promise<BlueprintPage> {
    return this.#read(() => listRevisions(this.#file.database, { tenant: this.#tenant, name }, query));
  }

  /** Compares the hash in the transaction that stores the revision: of two processes, one finds the revision of the other. */
  async put(blueprint: JsonObject, options: PutBlueprintOptions): Promise<StoredBlueprint> {
    this.#file.assertOpen();
    const { database } = this.#file;
    const given = await newRevision(blueprint, options, { digests, timeSlice: this.#file.options.timeSlice });
    const { body } = encoding.encode(given.blueprint, []);
    return this.#file.commit(() => putBlueprint(database, this.#tenant, { ...given, body }, options));
  }

  delete(name: string, { ifMatch }: { readonly ifMatch: string }): Promise<void> {
    return this.#file.commit(() => deleteBlueprint(this.#file.database, { tenant: this.#tenant, name }, ifMatch));
  }

  #read<T>(steps: () => Steps<T>): Promise<T> {
    return this.#file.now(() => finishInTurns(steps(), this.#file.options.timeSlice));
  }
}
