import { IceError } from "@ice/core";
import { expect, test } from "vitest";
import { parsePostgresAddress } from "./postgres-address.ts";

const failureOf = (text: string): IceError => {
  try {
    parsePostgresAddress(text);
  } catch (error) {
    if (IceError.is(error)) return error;
  }
  throw new Error(`no error for ${text}`);
};

test("the schema is a parameter of the address, and by default `ice`", () => {
  expect(parsePostgresAddress("postgres://kim:pw@db:5433/app?schema=runs_2&application_name=x")).toEqual({
    connectionString: "postgres://kim:pw@db:5433/app?application_name=x",
    schema: "runs_2",
    shown: "postgres://…@db:5433/app?schema=runs_2&application_name=x",
  });
  expect(parsePostgresAddress("postgresql://db/app").schema).toBe("ice");
});

test.each(["ICE", "1a", "a-b", 'a"b', "a;drop schema b", "pg_x", "", "a".repeat(59)])(
  "a name that would need quotes, or is Postgres' own, is no schema: %s",
  (schema) => {
    const error = failureOf(`postgres://u:s3cret@db/app?schema=${encodeURIComponent(schema)}`);
    expect(error).toMatchObject({ code: "ICE_USAGE", fix: expect.stringContaining("lower-case letters") });
  },
);

test.each([
  "postgres://u:s3cret@ho st/app",
  "postgres://u:s3c@ret:x@[db/app",
  "postgres:u:s3cret@db",
  "postgres://u:p@s3cret/12@db/app",
  "postgres://u:p@s3cret#12@db/app",
  "postgres://u:12/s3cret@db/app",
  "mysql://u:s3cret@db/x",
])("the password of an address that cannot be read is not shown: %s", (text) => {
  const error = failureOf(text);
  expect(error.code).toBe("ICE_USAGE");
  expect(`${error.message} ${error.fix} ${JSON.stringify(error.details)} ${String(error.cause)}`).not.toContain("s3c");
});

test("modes of TLS that `pg` treats alike have the name that lasts, so it prints no warning", () => {
  const modeOf = (text: string) => new URL(parsePostgresAddress(text).connectionString).searchParams.get("sslmode");
  for (const mode of ["prefer", "require", "verify-ca"])
    expect(modeOf(`postgres://db/app?sslmode=${mode}`)).toBe("verify-full");
  expect(modeOf("postgres://db/app?sslmode=disable")).toBe("disable");
  expect(modeOf("postgres://db/app?sslmode=require&uselibpqcompat=true")).toBe("require");
});

test.each([
  ["shema=prod", 'unknown parameter "shema"', 'did you mean "schema"?'],
  ["sslmod=require", 'unknown parameter "sslmod"', 'did you mean "sslmode"?'],
  ["pgbouncer=true", 'unknown parameter "pgbouncer"', "known are schema, user"],
  ["sslmode=nonsense", '"nonsense" is no sslmode', "use disable, prefer"],
  ["sslmode=requir", '"requir" is no sslmode', 'did you mean "require"?'],
  ["sslnegotiation=now", '"now" is no sslnegotiation', "use postgres, direct"],
  ["sslnegotiation=direct&sslmode=disable", "needs TLS", "sslmode=verify-full"],
  ["uselibpqcompat=true&sslmode=verify-ca", "needs the certificate", "sslrootcert=FILE"],
  ["connect_timeout=soon", '"soon" is no connect_timeout', "seconds"],
])("what an address would be misread for is refused: %s", (parameters, message, fix) => {
  const error = failureOf(`postgres://u:s3cret@db/app?${parameters}&password=s3cret`);
  expect(error).toMatchObject({
    code: "ICE_USAGE",
    message: expect.stringContaining(message),
    fix: expect.stringContaining(fix),
  });
  expect(`${error.message} ${error.fix} ${JSON.stringify(error.details)}`).not.toContain("s3cret");
});

test("a password whose `?` was not written with % is not shown as a parameter", () => {
  const error = failureOf("postgres://u:12?s3c@ret@db/app");
  expect(`${error.message} ${error.fix} ${JSON.stringify(error.details)}`).not.toMatch(/s3c|ret@/);
});

test("parameters of the addresses that hosts give out are accepted, and the time limit holds", () => {
  const { connectionString, connectMs } = parsePostgresAddress(
    "postgres://db/app?sslmode=require&channel_binding=require&connect_timeout=3&options=-c%20x.y%3D1",
  );
  expect([connectionString, connectMs]).toEqual(["postgres://db/app?sslmode=verify-full&options=-c+x.y%3D1", 3000]);
});
