import { defineCommand } from "../args/command.ts";
import { withIce } from "../config/start-ice.ts";
import { serverFlags } from "../server/server-flags.ts";

export const serveCommand = defineCommand({
  usage: ["serve"],
  summary: "Serve runs, their events and approvals over HTTP",
  details:
    "Clients need an access token: `ice tokens create`. The server continues its runs after a restart, when they are answered or signalled, and at the time that they wait for. Ctrl-C stops it once its runs have ended or the time of --drain is over; the second one stops it at once.",
  maxOperands: 0,
  flags: serverFlags,
  examples: ["ice serve", "ice serve --host 0.0.0.0 --allow-host ice.example.com --store sqlite:/var/lib/ice/ice.db"],
  async execute(context) {
    // Loaded for a server only, to keep the start of other commands fast.
    const { runServer } = await import("../server/run-server.ts");
    return withIce(context, { serves: true, isShared: true }, (ice) => runServer(ice));
  },
});
