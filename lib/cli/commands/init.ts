import { join as joinPath } from "node:path";
import { type Mode, MODES } from "../../core/config.ts";
import { Failure, UsageError } from "../../core/errors.ts";
import { isFile, isFolder, readTextIfAny, writeWhole } from "../../core/files.ts";
import { findFolders } from "../../core/paths.ts";
import { openMemory, type Surroundings } from "../../memory/open.ts";
import { readZenohd } from "../../mesh/adopt.ts";
import { type Endpoint, formatEndpoint, isLoopback } from "../../mesh/endpoint.ts";
import { LEDGER_FILE } from "../../tls/ledger.ts";
import { isEncrypted } from "../admission.ts";
import type { Ended, Onward, SetupCommand } from "../command.ts";
import { changedHostFile } from "../host_file.ts";
import { chooseShared, join, type Joined } from "../joining.ts";
import {
  adoptedSetup,
  LOCAL_ENTRIES,
  meshEntries,
  type MeshSetup,
  readMeshSetup,
  requireCertificates,
} from "../mesh_setup.ts";
import type { Options } from "../options.ts";
import type { Output } from "../output.ts";
import { repeated } from "../repeated.ts";
import { installService } from "../service.ts";

/** `kioku-mesh init`: says how this host takes part. */
export const init: SetupCommand = {
  access: "setup",
  starts: { "--enroll": "enroll", "--peer": "peer" },
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
        "let in and connect to holders of certificates alone; a hub that has none makes an authority, a spoke asks for one",
      )
      .option("--san <name>", "with --tls: another name or address of this host; may be repeated", repeated)
      .option("--user <user>", "with --tls: the user to ask a certificate for (default: user_id)")
      .option(
        "--team <team>",
        "with --tls: a team to ask it for (default: those of config.yaml); may be repeated",
        repeated,
      )
      .option(
        "--enroll <ca-host>",
        "with --tls: ask the authority over ssh, as `tls enroll` does, instead of by pasting",
      )
      .option(
        "--plaintext-loopback [port]",
        "with --tls: let programs of this machine in without a certificate, as Python clients need (default: 7447)",
      )
      .option("--adopt", "take over what the Python version had set up: endpoints and certificates")
      .option("--peer", "then run the peer, as `kioku-mesh peer` does")
      .option("--install-systemd", "install the peer as a service, as `peer install` does")
      .option("--force", "change a mode that is set; what the file says besides is kept")
      .option("--print", "show what would be written, and write nothing")
      .option("--out <path>", "no longer: the router's configuration is made at every start")
      .option("--json", "print the result as JSON");
  },
  async run({ around, options, output }): Promise<Ended | Onward> {
    if (options.text("out") !== undefined) {
      throw new UsageError(
        "Cannot use --out: there is no router's configuration to write, it is made anew at every start. Leave it out.",
      );
    }
    const { config } = findFolders(around.env, around.platform, isFolder);
    const setup = readSetup(options, config);
    const entries = setup === undefined ? LOCAL_ENTRIES : meshEntries(setup);
    if (setup?.tls === undefined) refuse(options, TLS_OPTIONS, "links are plain", "add --tls");
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
    const joined = await setUp(around, setup, joins, options, output);
    if (changes) writeWhole(file.path, file.after, around.random);
    const mode = setup?.mode ?? "local";
    if (options.has("json")) {
      output.line(JSON.stringify({ mode, path: file.path, written: changes, ...joined }));
    } else {
      output.line(changes ? `wrote ${file.path}` : `unchanged: ${file.path}`);
      for (const line of setup === undefined ? LOCAL_LINES : meshLines(setup, joined, options, around)) {
        output.line(line);
      }
    }
    for (const warning of setup === undefined ? [] : warnings(setup)) output.note(warning);
    if (options.has("adopt")) {
      output.note("before the peer starts: stop the Python version's zenohd, which has the same port.");
    }
    if (setup !== undefined && options.has("installSystemd")) installService(around, false, output);
    return setup !== undefined && options.has("peer") ? { then: ["peer"] } : 0;
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
  refuse(options, MESH_OPTIONS, "a local memory has no mesh", "add --mode hub or spoke");
  return undefined;
}

const TLS_OPTIONS = ["san", "user", "team", "enroll"];
const MESH_OPTIONS = [
  ...["listen", "connect", "tls", "replica", "peer", "installSystemd", "share", "storageLayout"],
  ...["plaintextLoopback", ...TLS_OPTIONS],
];

function refuse(options: Options, names: readonly string[], why: string, instead: string): void {
  const first = names.find((name) =>
    options.has(name) || options.text(name) !== undefined || options.texts(name).length > 0
  );
  if (first === undefined) return;
  const flag = `--${first.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
  throw new UsageError(`Cannot use ${flag}: ${why}. Leave it out, or ${instead}.`);
}

// What is asked comes before anything is pasted, so that nothing that was pasted answers it.
async function setUp(
  around: Surroundings,
  setup: MeshSetup | undefined,
  joins: boolean,
  options: Options,
  output: Output,
): Promise<Joined | undefined> {
  if (setup === undefined) return undefined;
  if (!joins) {
    await certificates(around, setup, options, output);
    return undefined;
  }
  const memory = await openMemory(around, (done, total) => {
    output.progress(`Taking over what the Python version saved: ${done} of ${total}`);
  });
  try {
    const chosen = chooseShared(memory, options.text("share"), output);
    await certificates(around, setup, options, output);
    return join(memory, chosen);
  } finally {
    memory.store.close();
  }
}

// Only hosts with certificates load what reads and writes them.
async function certificates(
  around: Surroundings,
  setup: MeshSetup,
  options: Options,
  output: Output,
): Promise<void> {
  if (setup.tls === undefined) return;
  if (options.has("adopt")) requireCertificates(setup.tls);
  const { firstCertificate } = await import("../first_certificate.ts");
  await firstCertificate(around, setup, options, output);
}

function meshLines(
  setup: MeshSetup,
  joined: Joined | undefined,
  options: Options,
  { login }: Surroundings,
): string[] {
  const { mode, listen, connect } = setup;
  const seen = (endpoint: Endpoint) => asSeen(endpoint, setup.tls === undefined ? "THIS-HOST" : login.host);
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
      ? [
        `on the other hosts: kioku-mesh init --mode spoke --connect ${reachable.map(seen).join(" ")}` +
        (setup.tls === undefined ? "" : " --tls"),
      ]
      : []),
    options.has("peer")
      ? "next: restart your agents' sessions; `kioku-mesh peer install` has the peer always run"
      : "next: kioku-mesh peer (or `kioku-mesh peer install` to have it always run); then restart your agents' sessions",
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

function asSeen(endpoint: Endpoint, name: string): string {
  const { host } = endpoint;
  return formatEndpoint({ ...endpoint, host: host === "0.0.0.0" || host === "::" ? name : host });
}
