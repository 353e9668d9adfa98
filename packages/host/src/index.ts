// Files of the owner's directories, for untrusted parties
export { createFileAccess } from "./files/create-file-access.ts";
export type { FileAccessOptions } from "./files/file-access-options.ts";
// One file that the owner names
export { readRegularFile, readRegularFileSync, type RegularFileOptions } from "./files/regular-file.ts";
// Names of configuration files
export { configurationNames } from "./files/protected-names.ts";
// HTTP to public addresses
export { createEgressClient } from "./egress/create-egress-client.ts";
export type { EgressOptions } from "./egress/egress-options.ts";
export { isAbout, isWithin, parseHostRule, type HostRule } from "./egress/host-rule.ts";
export { connectionHeaders } from "./egress/connection-headers.ts";
// The owner's secrets
export { createSecretService } from "./secrets/create-secret-service.ts";
export type { SecretOptions, SecretServiceOptions } from "./secrets/secret-options.ts";
