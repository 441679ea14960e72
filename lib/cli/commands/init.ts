import { join as joinPath } from "node:path";
import { type Mode, MODES } from "../../core/config.ts";
import { Failure, UsageError } from "../../core/errors.ts";
import { isFile, isFolder, readTextIfAny, writeWhole } from "../../core/files.ts";
import { findFolders } from "../../core/paths.ts";
import { openMemory, type Surroundings } from "../../memory/open.ts";
import { readZenohd } from "../../mesh/adopt.ts";
import { formatEndpoint, isLoopback } from "../../mesh/endpoint.ts";
import { LEDGER_FILE } from "../../tls/ledger.ts";
import { isEncrypted } from "../admission.ts";
import type { Ended, SetupCommand } from "../command.ts";
import { changedHostFile } from "../host_file.ts";
import { join, type Joined } from "../joining.ts";
import { adoptedSetup, LOCAL_ENTRIES, meshEntries, type MeshSetup, readMeshSetup } from "../mesh_setup.ts";
import type { Options } from "../options.ts";
import type { Output } from "../output.ts";
import { installService } from "../service.ts";

/** `kioku-mesh init`: says how this host takes part. */
export const init: SetupCommand = {
  access: "setup",
  declare(declaration) {
    declaration
      .option(
        "--mode <mode>",
        "local (default): on this machine alone; hub: others connect to it; spoke: connects to a hub",
      )
      .option(
        "--listen <endpoint...>",
        "where others connect to: HOST, HOST:PORT, tls/HOST:PORT (hub: loopback; spoke: nowhere)",
      )
      .option("--connect <endpoint...>", "spoke: its hubs")
      .option("--replica", "spoke: keep the mesh's storages here too")
      .option(
        "--share <what>",
        "which of the memories that are stored here go out: all, none (default) or PROJECT,PROJECT",
      )
      .option("--storage-layout <layout>", "scopes (default), or single for a mesh of Python 1.2.0 routers")
      .option(
        "--tls",
        "let in and connect to holders of certificates alone, with those in the tls folder beside config.yaml",
      )
      .option(
        "--plaintext-loopback [port]",
        "with --tls: let programs of this machine in without a certificate, as Python clients need (default: 7447)",
      )
      .option("--adopt", "take over what the Python version had set up: endpoints and certificates")
      .option("--install-systemd", "install the peer as a service, as `peer install` does")
      .option("--force", "change a mode that is set; what the file says besides is kept")
      .option("--print", "show what would be written, and write nothing")
      .option("--out <path>", "no longer: the router's configuration is made at every start")
      .option("--json", "print the result as JSON");
  },
  async run({ around, options, output }): Promise<Ended> {
    if (options.text("out") !== undefined) {
      throw new UsageError(
        "Cannot use --out: there is no router's configuration to write, it is made anew at every start. Leave it out.",
      );
    }
    const { config } = findFolders(around.env, around.platform, isFolder);
    const setup = readSetup(options, config);
    const entries = setup === undefined ? LOCAL_ENTRIES : meshEntries(setup);
    const file = await changedHostFile(config, () => entries);
    const changes = file.before !== file.after;
    const set = file.host.mode !== undefined || (file.host.backend !== undefined && !options.has("adopt"));
    if (changes && set && !options.has("force")) {
      throw new Failure(
        `Cannot set up: ${file.path} has a mode already. Add --force to change it and keep the rest.`,
      );
    }
    if (options.has("print")) {
      output.line(file.after.trimEnd());
      return 0;
    }
    const joins = setup !== undefined && file.host.mode !== "hub" && file.host.mode !== "spoke";
    const joined = joins ? await joinMesh(around, options, output) : undefined;
    if (changes) writeWhole(file.path, file.after, around.random);
    const mode = setup?.mode ?? "local";
    if (options.has("json")) {
      output.line(JSON.stringify({ mode, path: file.path, written: changes, ...joined }));
    } else {
      output.line(changes ? `wrote ${file.path}` : `unchanged: ${file.path}`);
      for (const line of setup === undefined ? LOCAL_LINES : meshLines(setup, joined)) output.line(line);
    }
    for (const warning of setup === undefined ? [] : warnings(setup)) output.note(warning);
    if (options.has("adopt")) {
      output.note("before the peer starts: stop the Python version's zenohd, which has the same port.");
    }
    if (setup !== undefined && options.has("installSystemd")) installService(around, false, output);
    return 0;
  },
};

const LOCAL_LINES = ["local backend ready — nothing else to start.", 'next: kioku-mesh save "hello local"'];

/** Where the Python version had its router's configuration. */
const ZENOHD_FILE = "zenohd.json5";

function readSetup(options: Options, config: string): MeshSetup | undefined {
  if (options.has("adopt")) {
    const path = joinPath(config, ZENOHD_FILE);
    const text = readTextIfAny(path);
    if (text === undefined) {
      throw new Failure(
        `Cannot adopt: there is no ${path}. Use \`kioku-mesh init --mode hub\` or \`--mode spoke --connect HOST\`.`,
      );
    }
    return adoptedSetup(readZenohd(text, path), options, config);
  }
  const mode = options.choice<Mode>("mode", MODES) ?? "local";
  if (mode !== "local") return readMeshSetup(mode, options, config);
  const given = ["listen", "connect"].filter((name) => options.texts(name).length > 0).concat(
    ["tls", "replica", "installSystemd"].filter((name) => options.has(name)),
    ["share", "storageLayout", "plaintextLoopback"].filter((name) => options.text(name) !== undefined),
  );
  const [first] = given;
  if (first === undefined) return undefined;
  const flag = `--${first.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
  throw new UsageError(
    `Cannot use ${flag}: a local memory has no mesh. Leave it out, or add --mode hub or spoke.`,
  );
}

async function joinMesh(around: Surroundings, options: Options, output: Output): Promise<Joined> {
  const memory = await openMemory(around, (done, total) => {
    output.progress(`Taking over what the Python version saved: ${done} of ${total}`);
  });
  try {
    return join(memory, options.text("share"), output);
  } finally {
    memory.store.close();
  }
}

function meshLines(setup: MeshSetup, joined: Joined | undefined): string[] {
  const { mode, listen, connect } = setup;
  const reachable = listen.filter((endpoint) => !isLoopback(endpoint));
  const kept = joined === undefined ? 0 : joined.stored - joined.shared;
  return [
    `${mode}: ${
      listen.length === 0 ? "listens nowhere" : `listens on ${listen.map(formatEndpoint).join(", ")}`
    }` +
    (connect.length === 0 ? "" : `, connects to ${connect.map(formatEndpoint).join(", ")}`),
    ...(joined === undefined || joined.stored === 0
      ? []
      : [`shared: ${joined.shared} of ${joined.stored} memories${
        kept > 0
          ? "; the others stay here (`kioku-mesh share all` or `share PROJECT` sends them later)"
          : ""
      }`]),
    ...(mode === "hub" && reachable.length === 0
      ? [
        "Only this machine can connect. For others, name an address: init --mode hub --listen tcp/ADDRESS:7447 --force",
      ]
      : []),
    ...(mode === "hub" && reachable.length > 0
      ? [`on the other hosts: kioku-mesh init --mode spoke --connect ${reachable.map(asSeen).join(" ")}`]
      : []),
    "next: kioku-mesh peer (or `kioku-mesh peer install` to have it always run); then restart your agents' sessions",
  ];
}

function warnings({ mode, listen, layout, tls, enforced }: MeshSetup): string[] {
  const open = listen.filter((endpoint) => !isEncrypted(endpoint));
  const without = tls !== undefined && mode === "hub" && enforced && !isFile(joinPath(tls, LEDGER_FILE));
  return [
    ...(tls === undefined || open.length === 0 ? [] : [
      `warning: ${
        open.map(formatEndpoint).join(", ")
      } asks for no certificate: every program on this machine, of any ` +
      "user, reads and writes there what this host carries. It is for Python clients; without them leave it out.",
    ]),
    ...(enforced ? [] : [
      "warning: scopes are not enforced (enforce_scopes: false): every certificate of the authority reads and writes all.",
    ]),
    ...(without
      ? [
        `before the peer starts: copy ${LEDGER_FILE} from the authority's host to ${tls}; it says what each certificate ` +
        "grants. Copy it again whenever something was signed or revoked.",
      ]
      : []),
    ...(tls === undefined && listen.some((endpoint) => !isLoopback(endpoint))
      ? [
        "warning: links are not encrypted and anybody who reaches the port gets in. Use it in networks you trust.",
      ]
      : []),
    ...(tls !== undefined && enforced ? [] : layout === "single"
      ? [
        "warning: with one storage for all, every router of the mesh holds every user's and team's memories.",
      ]
      : [
        "note: a Python 1.2.0 router in the mesh takes in every scope; only hosts of ours keep to those they declare.",
      ]),
  ];
}

function asSeen(endpoint: MeshSetup["listen"][number]): string {
  const { host } = endpoint;
  return formatEndpoint({ ...endpoint, host: host === "0.0.0.0" || host === "::" ? "THIS-HOST" : host });
}
