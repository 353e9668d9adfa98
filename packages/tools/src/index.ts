// The plugin
export { createTools, toolPack } from "./tool-pack.ts";
// Alerts over HTTP
export { webhookChannel, type WebhookOptions } from "./alerts/webhook-channel.ts";
