import { IceError, type AlertChannel } from "@ice/core";
import { createEgressClient, type EgressOptions } from "@ice/host";

/** Options of an alert channel that posts to a URL. */
export interface WebhookOptions extends Omit<EgressOptions, "allow"> {
  /** Name by which monitors find the channel. */
  readonly name: string;
  /**
   * Where alerts are posted, as JSON. Any address, since the owner configures it; redirects lead to public ones only. It may be
   * or contain `secret://NAME`, as many receivers take their key in the address.
   */
  readonly url: string;
  /** E.g. a token of the receiver, as `secret://NAME`. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/**
 * Posts each alert to a web address; an answer other than 2xx is a failure. Its connections end with the orchestrator.
 */
export function webhookChannel({ name, url, headers = {}, ...options }: WebhookOptions): AlertChannel {
  const egress = createEgressClient(options);
  return {
    name,
    async send(alert, { signal, secrets }) {
      const body = JSON.stringify(alert);
      const { status } = await egress.request(secrets.fill(url), {
        method: "POST",
        headers: {
          "content-type": "application/json",
          ...Object.fromEntries(Object.entries(headers).map(([field, value]) => [field, secrets.fill(value)])),
        },
        body,
        signal,
        reach: "configured",
      });
      if (status < 200 || status > 299)
        throw new IceError(
          "ICE_EGRESS_FAILED",
          `The webhook of the alert channel "${name}" answered with status ${status}.`,
          {
            fix: "check the receiver",
          },
        );
    },
    close: () => egress.close(),
  };
}
