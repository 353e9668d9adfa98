import { describeRunStore } from "@ice/testing";
import { describe, test } from "vitest";
import { sqliteFixture } from "./sqlite-fixture.ts";

describeRunStore("SqliteRunStore", sqliteFixture, { describe, test, several: true });
