/**
 * A certificate for `localhost` that signed itself, valid until 2126, and its key:
 * `openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -days 36500 -nodes -subj /CN=localhost -addext
 * subjectAltName=DNS:localhost`.
 */
export const localhost = {
  key: `
-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgOO+niX3nXNUTEHUp
VSNVOP/IXihbq3aQ9XUc/PUVA+ShRANCAAS8f+Ei4D+DmpuAoVGVZPe1ihmGk9wt
56DMlOM8cJOt2OOIzJwUAGDhYguZIEYvP185r8TjMhln1N+yehkPb/hW
-----END PRIVATE KEY-----
`,
  cert: `
-----BEGIN CERTIFICATE-----
MIIBlTCCATugAwIBAgIUZdPG7chNIaj3X2PlEjuO9HBhgMowCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyOTIwNDUzMloYDzIxMjYxMTA1
MjA0NTMyWjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAAS8f+Ei4D+DmpuAoVGVZPe1ihmGk9wt56DMlOM8cJOt2OOIzJwUAGDh
YguZIEYvP185r8TjMhln1N+yehkPb/hWo2kwZzAdBgNVHQ4EFgQUSg04YrqAcc02
P+N2Oai3/KauocMwHwYDVR0jBBgwFoAUSg04YrqAcc02P+N2Oai3/KauocMwDwYD
VR0TAQH/BAUwAwEB/zAUBgNVHREEDTALgglsb2NhbGhvc3QwCgYIKoZIzj0EAwID
SAAwRQIhAOrv5TinrVnyQnKip/S1ofPoeadeN/UJQtB0PG6LPMzvAiANzTUt0ihS
+K3RjuGk/3o3z5FhDjODy21Q3/T75uxnOA==
-----END CERTIFICATE-----
`,
};
