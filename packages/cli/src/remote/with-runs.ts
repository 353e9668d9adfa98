import type { CommandContext } from "../args/command.ts";
import type { RunServices } from "../config/run-services.ts";
import { withIce, type StartOptions } from "../config/start-ice.ts";

/** A command with `--api`. */
interface ApiContext extends CommandContext {
  readonly flags: CommandContext["flags"] & { readonly api: string | undefined };
}

/**
 * Lets a command work with runs: at the server of `--api`, or else with an engine in this process, which is stopped afterwards. With
 * `--api` no engine is started, and no configuration is loaded.
 *
 * @returns what `use` returns.
 * @throws IceError `ICE_USAGE`, `ICE_AUTH_REQUIRED` (there is no token); see `withIce`.
 */
export async function withRuns<Context extends ApiContext, Result>(
  context: Context,
  options: StartOptions,
  use: (context: Context & RunServices) => Result | Promise<Result>,
): Promise<Result> {
  const { api } = context.flags;
  if (api === undefined) return withIce(context, options, use);
  const { connect } = await import("./connect.ts");
  return use({ ...context, ...connect(context, api) });
}
