/** What is installed to generate clients. */
export const versions: Readonly<Record<string, string>> = {
  "@hey-api/openapi-ts": "0.99.0",
  "@types/node": "24",
  "openapi-fetch": "0.17.0",
  "openapi-typescript": "7.13.0",
  typescript: "5.9.3",
};

/** A generator, and a program that uses what it makes. */
export interface Generator {
  readonly name: string;
  readonly command: readonly [string, ...string[]];
  /** A file in `programs`, without `.ts.txt`: here, there is nothing to check it with. */
  readonly program: string;
}

export const generators: readonly Generator[] = [
  {
    name: "openapi-typescript with openapi-fetch",
    command: [
      "node_modules/.bin/openapi-typescript",
      "openapi.json",
      "--output",
      "src/openapi-schema.ts",
      // What has a default may be left out of a request.
      "--default-non-nullable",
      "false",
    ],
    program: "with-openapi-fetch",
  },
  {
    name: "@hey-api/openapi-ts",
    command: ["node_modules/.bin/openapi-ts", "--input", "openapi.json", "--output", "src/hey-api"],
    program: "with-hey-api",
  },
];
