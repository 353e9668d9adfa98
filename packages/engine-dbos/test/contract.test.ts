import { describeRunStore } from "@ice/testing";
import { describe, test } from "vitest";
import { reusedSchemas } from "./store-fixture.ts";

// `contract.long.test.ts` leaves nothing out.
describeRunStore("PostgresRunStore", reusedSchemas(), {
  describe,
  test: test.concurrent,
  several: true,
  quick: true,
});
