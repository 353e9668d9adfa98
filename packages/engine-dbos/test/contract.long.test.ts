import { describeRunStore } from "@ice/testing";
import { describe, test } from "vitest";
import { reusedSchemas } from "./store-fixture.ts";

describeRunStore("PostgresRunStore", reusedSchemas(), { describe, test: test.concurrent, several: true });
