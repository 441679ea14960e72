import type { HostConfig } from "../../core/config.ts";
import { Failure, UsageError } from "../../core/errors.ts";
import { isFolder, writeWhole } from "../../core/files.ts";
import { findFolders } from "../../core/paths.ts";
import { parseScopeLabel, type ScopeLabel, scopeLabel } from "../../core/scope.ts";
import { declaredScopes } from "../../core/settings.ts";
import { peerRuns } from "../../mesh/peer_status.ts";
import { readIdentityFile } from "../../trust/identity_file.ts";
import type { Ended, SetupCall, SetupCommand } from "../command.ts";
import { changedHostFile } from "../host_file.ts";

/** `kioku-mesh scope list`: the scopes that this host declares. */
export const scopeList: SetupCommand = {
  access: "setup",
  declare(declaration) {
    declaration.option("--json", "print the result as JSON");
  },
  async run({ around, options, output }): Promise<0> {
    const { config } = findFolders(around.env, around.platform, isFolder);
    const { host } = await changedHostFile(config, () => ({}));
    const labels = declared(host);
    if (options.has("json")) output.line(JSON.stringify({ scopes: labels }));
    else for (const label of labels) output.line(label);
    return 0;
  },
};

/** `kioku-mesh scope add`: declares a scope, so that its records are exchanged. */
export const scopeAdd: SetupCommand = changing((labels, label) => {
  if (labels.includes(label)) throw new Failure(`Cannot add ${label}: this host declares it already.`);
  return [...labels, label];
}, "declared");

/** `kioku-mesh scope remove`: ends that; what is stored stays. */
export const scopeRemove: SetupCommand = changing((labels, label) => {
  if (label === "mesh") throw new UsageError("Cannot remove mesh: every host carries it.");
  if (!labels.includes(label)) throw new Failure(`Cannot remove ${label}: this host does not declare it.`);
  return labels.filter((one) => one !== label);
}, "no longer declared");

function changing(
  change: (labels: readonly ScopeLabel[], label: ScopeLabel) => readonly ScopeLabel[],
  done: string,
): SetupCommand {
  return {
    access: "setup",
    declare(declaration) {
      declaration
        .argument("<scope>", "user/NAME or team/NAME")
        .option("--json", "print the result as JSON");
    },
    run: (call) => write(call, change, done),
  };
}

async function write(
  { around, args, options, output }: SetupCall,
  change: (labels: readonly ScopeLabel[], label: ScopeLabel) => readonly ScopeLabel[],
  done: string,
): Promise<Ended> {
  const [text = ""] = args;
  const scope = parseScopeLabel(text);
  if (scope === undefined) {
    throw new UsageError(`Cannot use the scope "${text}": write mesh, user/NAME or team/NAME.`);
  }
  const label = scopeLabel(scope);
  const { config, state } = findFolders(around.env, around.platform, isFolder);
  let labels: readonly ScopeLabel[] = [];
  const file = await changedHostFile(config, (host) => {
    labels = change(declared(host), label);
    return { storage_scopes: labels };
  });
  writeWhole(file.path, file.after, around.random);
  if (options.has("json")) output.line(JSON.stringify({ scopes: labels }));
  else output.line(`${done}: ${label} (${file.path})`);
  const { host } = await changedHostFile(config, () => ({}));
  if (labels.includes(label) && !declared(host).includes(label)) {
    output.note(`${label} stays here: this host's certificate is not for it.`);
  }
  if (file.host.mode === "hub" || file.host.mode === "spoke") {
    const runs = peerRuns(state);
    output.note(
      (runs ? "the running peer takes it up within seconds" : "next: start the peer") +
        (file.host.mode === "spoke"
          ? `, and see that the hub declares the same (kioku-mesh scope list, there).`
          : "."),
    );
  }
  return 0;
}

function declared(host: HostConfig): ScopeLabel[] {
  return declaredScopes(host, host.tls === undefined ? undefined : readIdentityFile(host.tls)).map(
    scopeLabel,
  );
}
