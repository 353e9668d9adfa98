import type { EgressClient, SecretService } from "@ice/core";
import { finish, replaceTexts } from "@ice/core/internal";
import { replacementOf, scrubbedThrown } from "../run/scrub.ts";

/** The client for code, which must not even see the value of a secret in an answer: it could write it in a way that is not known. */
export function scrubbedEgress(egress: EgressClient, secrets: SecretService): EgressClient {
  return {
    async request(url, options) {
      try {
        const answer = await egress.request(url, options);
        if (!secrets.active) return answer;
        const { status, headers, text } = answer;
        const shown = finish(replaceTexts({ headers, text }, replacementOf(secrets)));
        return { status, ...(shown as { readonly headers: typeof headers; readonly text: string }) };
      } catch (error) {
        throw scrubbedThrown(secrets, error);
      }
    },
    close: () => egress.close(),
  };
}
