// The plugin
export { createTools, toolPack } from "./tool-pack.ts";
// HTTP to public addresses only, and alerts over it
export { Egress, type EgressOptions, type EgressRequest, type EgressResponse } from "./http/egress.ts";
export { webhookChannel, type WebhookOptions } from "./alerts/webhook-channel.ts";
// What its file tools may touch
export type { AllowedFilesOptions } from "./files/allowed-files.ts";
