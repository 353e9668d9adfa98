import { describeRunStore } from "@ice/testing";
import { describe, test } from "vitest";
import { sqliteFixture } from "./sqlite-fixture.ts";

// `sqlite-contract.long.test.ts` leaves nothing out.
describeRunStore("SqliteRunStore", sqliteFixture, { describe, test, several: true, quick: true });
