import { join } from "node:path";
import type { Clock } from "../core/clock.ts";
import type { HostConfig } from "../core/config.ts";
import { HOST_CONFIG_FILE } from "../core/config.ts";
import { loadHostConfiguration } from "../core/configuration.ts";
import { Failure } from "../core/errors.ts";
import { isFile, readTextIfAny } from "../core/files.ts";
import { declaredScopes } from "../core/settings.ts";
import type { Access } from "../mesh/access_control.ts";
import type { Admission, AdmissionSource } from "../mesh/admission.ts";
import { type Endpoint, formatEndpoint, isLoopback, parseEndpoints } from "../mesh/endpoint.ts";
import { TLS_FILES } from "../tls/files.ts";
import { LEDGER_FILE, liveLeaves, readLedger } from "../tls/ledger.ts";
import { IDENTITY_FILE, readIdentityFile } from "../trust/identity_file.ts";

/** Where this host's admission comes from: config.yaml and its tls folder. */
export function admissionSource(configFolder: string, host: HostConfig, clock: Clock): AdmissionSource {
  const { tls } = host;
  const inTls = tls === undefined ? [] : [LEDGER_FILE, IDENTITY_FILE, ...Object.values(TLS_FILES)];
  return {
    files: [join(configFolder, HOST_CONFIG_FILE), ...inTls.map((name) => join(tls ?? "", name))],
    async read() {
      const { storageScopes, replicas } = await loadHostConfiguration(configFolder);
      // The rest of what the file says is for the peer's next start.
      return hostAdmission({ ...host, storageScopes, replicas }, clock);
    },
  };
}

/** What a host takes part with. Throws a Failure when scopes are to be enforced and cannot be. */
export function hostAdmission(host: HostConfig, clock: Clock): Admission {
  const { tls } = host;
  const scopes = declaredScopes(host, tls === undefined ? undefined : readIdentityFile(tls));
  if (tls === undefined) return { scopes, access: undefined, certificate: undefined };
  const certificate = readTextIfAny(join(tls, TLS_FILES.certificate));
  return { scopes, access: hostAccess(host, tls, scopes, clock), certificate };
}

function hostAccess(
  host: HostConfig,
  tls: string,
  scopes: Access["scopes"],
  clock: Clock,
): Access | undefined {
  const listen = parseEndpoints(host.listen);
  if (!host.enforceScopes) return undefined;
  const open = listen.find((endpoint) => !isEncrypted(endpoint) && !isLoopback(endpoint));
  if (open !== undefined) {
    throw new Failure(
      `Cannot enforce scopes: ${
        formatEndpoint(open)
      } lets in whoever has no certificate. Take it out of listen in ` +
        "config.yaml, or make it tls/.",
    );
  }
  if (host.mode !== "hub") {
    requireNoOthers(listen);
    return undefined;
  }
  if (host.storageLayout === "single") {
    throw new Failure(
      "Cannot enforce scopes: one storage holds them all (storage_layout: single). Take that out of config.yaml, or set " +
        "enforce_scopes: false.",
    );
  }
  const path = join(tls, LEDGER_FILE);
  if (!isFile(path)) {
    throw new Failure(
      `Cannot enforce scopes: there is no ${path}, which says what each certificate grants. Copy it from the authority's ` +
        "host, or set enforce_scopes: false in config.yaml.",
    );
  }
  return {
    grants: liveLeaves(readLedger(tls), clock()).map(({ cn, host, user, teams }) => ({
      cn,
      host,
      user,
      teams,
    })),
    scopes,
    replicas: host.replicas,
    local: [],
    plain: listen.some((endpoint) => !isEncrypted(endpoint)),
  };
}

/** Whether a link there needs a certificate. */
export function isEncrypted({ protocol }: Endpoint): boolean {
  return protocol === "tls" || protocol === "quic";
}

// Through a spoke others would have all that its certificate is granted, and it does not know what theirs are.
function requireNoOthers(listen: readonly Endpoint[]): void {
  const open = listen.find((endpoint) => !isLoopback(endpoint));
  if (open === undefined) return;
  throw new Failure(
    `Cannot listen on ${
      formatEndpoint(open)
    }: whoever connects to a spoke gets what its certificate is granted. Let the ` +
      "others connect to the hub, or set enforce_scopes: false in config.yaml.",
  );
}
