import { describeRunStore } from "@ice/testing";
import { describe, test } from "vitest";
import { postgresFixture } from "./store-fixture.ts";

// `contract.long.test.ts` leaves nothing out.
describeRunStore("PostgresRunStore", postgresFixture, { describe, test, several: true, quick: true });
