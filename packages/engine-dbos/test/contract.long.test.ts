import { describeRunStore } from "@ice/testing";
import { describe, test } from "vitest";
import { postgresFixture } from "./store-fixture.ts";

describeRunStore("PostgresRunStore", postgresFixture, { describe, test, several: true });
