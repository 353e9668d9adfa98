import { accessScopes, AccessTokens, IceError, RunStore, type TokenInfo } from "@ice/core";
import { defineCommand } from "../args/command.ts";
import type { Flags } from "../args/flags.ts";
import { verbOf } from "../args/verbs.ts";
import { withIce, type IceContext } from "../config/start-ice.ts";
import { moment } from "../output/duration.ts";
import { exitCodes } from "../output/exit-codes.ts";
import { printJson } from "../output/print-json.ts";
import { columns, table } from "../output/table.ts";
import { oneLine, shown } from "../terminal/printable.ts";

const flags = {
  scope: {
    type: "choice",
    value: "SCOPE",
    choices: accessScopes,
    multiple: true,
    verb: "create",
    help: "What the token permits, at least one",
  },
  expires: {
    type: "duration",
    value: "DURATION",
    verb: "create",
    help: "How long it is valid: 12h, 90d (default no end)",
  },
} as const satisfies Flags;

type Verb = (context: IceContext<typeof flags>, operand: string | undefined) => Promise<number>;

const create: Verb = async ({ runtime, flags, terminal, paint, paintOutput, commandLine }, name) => {
  if (name === undefined)
    throw new IceError("ICE_USAGE", "Who will use the token?", {
      fix: "write: ice tokens create NAME --scope SCOPE",
    });
  if (!runtime.use(RunStore).durable)
    throw new IceError("ICE_USAGE", "A token needs a store that outlives this command.", {
      fix: "use --store sqlite:PATH",
    });
  const { scope: scopes, tenant, expires: expiresInSeconds } = flags;
  const tokens = runtime.use(AccessTokens);
  const { id, token, ...created } = await tokens.create({ name, scopes, tenant, expiresInSeconds });
  if (flags.json) {
    const { createdAt: _createdAt, ...rest } = created;
    printJson(terminal, { id, token, ...rest });
    return exitCodes.completed;
  }
  terminal.stdout.write(`${paintOutput("bold", token)}\n`);
  if (flags.quiet) return exitCodes.completed;
  const rows = table(
    [
      ["id", id],
      ["name", created.name],
      ["tenant", created.tenant],
      ["scopes", created.scopes.join(", ")],
      ["expires", created.expiresAt === null ? "never" : moment(created.expiresAt)],
    ],
    2,
  );
  const notice = `${paint("yellow", "This token is shown only once:")} store it where you keep secrets.`;
  terminal.stderr.write(`\n${rows}\n${notice}\nRevoke it with: ${commandLine("tokens", "revoke", id)}\n`);
  return exitCodes.completed;
};

const list: Verb = async ({ runtime, flags, terminal, paintOutput }) => {
  const tokens = await runtime.use(AccessTokens).list();
  if (flags.json) printJson(terminal, { tokens });
  else if (tokens.length === 0) terminal.stdout.write("no tokens\n");
  else {
    const [header, ...lines] = columns([["ID", "NAME", "TENANT", "EXPIRES", "SCOPES"], ...tokens.map(cellsOf)]);
    const shownLines = lines.map((line, at) => (hasExpired(tokens[at]!) ? paintOutput("dim", line) : line));
    terminal.stdout.write([paintOutput("bold", header!), ...shownLines].map((line) => `${line}\n`).join(""));
  }
  return exitCodes.completed;
};

const hasExpired = ({ expiresAt }: TokenInfo): boolean => expiresAt !== null && expiresAt <= Date.now();

function cellsOf(token: TokenInfo): readonly string[] {
  const { id, name, tenant, scopes, expiresAt } = token;
  const end = expiresAt === null ? "never" : hasExpired(token) ? `expired ${moment(expiresAt)}` : moment(expiresAt);
  return [shown(id), oneLine(name, 40), shown(tenant), end, scopes.join(" ")];
}

const revoke: Verb = async ({ runtime, flags, terminal, paintOutput }, id) => {
  if (id === undefined) throw new IceError("ICE_USAGE", "Which token?", { fix: "see ice tokens list" });
  await runtime.use(AccessTokens).revoke(id);
  if (flags.json) printJson(terminal, { id, revoked: true });
  else
    terminal.stdout.write(
      `${paintOutput("green", "revoked")}; every server on this store refuses it within a second\n`,
    );
  return exitCodes.completed;
};

const verbs: Readonly<Record<string, Verb>> = { create, list, revoke };

export const tokensCommand = defineCommand({
  usage: ["tokens create NAME --scope SCOPE", "tokens list", "tokens revoke ID"],
  summary: "Create, list or revoke the access tokens of a server",
  details:
    "A token is shown once, when it is created: the store keeps a digest of it. NAME is who uses it; runs and answers record it.",
  maxOperands: 2,
  flags,
  examples: [
    "ice tokens create ci --scope read --scope run --expires 90d",
    "ice tokens create shop-webhook --scope signal --tenant acme --json",
    "ice tokens list",
  ],
  execute(context) {
    const [name = "list", operand] = context.operands;
    const verb = verbOf("tokens", verbs, name, "use create NAME, list or revoke ID");
    return withIce(context, verb === create ? {} : { existing: { runId: undefined } }, (ice) => verb(ice, operand));
  },
});
