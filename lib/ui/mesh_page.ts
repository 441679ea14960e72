import { totals } from "../memory/stats.ts";
import { inline } from "../memory/render/neutralise.ts";
import { knownCertificates } from "../trust/certificates.ts";
import { type Html, piece } from "./html.ts";
import { page } from "./layout.ts";
import { moment } from "./times.ts";
import type { MeshHost, MeshView, View } from "./view.ts";

/** The picture's size, in its own units, and how far from its middle hosts stand. */
const SIZE = { width: 640, height: 400, reach: { x: 240, y: 140 } };

/** The mesh as a picture and as a table. */
export function meshPage(view: View): Html {
  const { words, language, memory } = view;
  const mesh = view.mesh();
  const { live, tombstoned } = totals(memory.store);
  const facts: readonly (readonly [string, Html | string | undefined])[] = mesh === undefined ? [] : [
    [words.peer, mesh.peerRuns ? words.runs : words.stopped],
    [
      words.outbox,
      mesh.since === undefined
        ? String(mesh.waiting)
        : piece`${mesh.waiting} (${moment(mesh.since, language)})`,
    ],
    [words.lag, mesh.lag === undefined ? undefined : `${Math.round(mesh.lag / 1000)} ms`],
    [words.compared, mesh.lastReconcile === undefined ? undefined : moment(mesh.lastReconcile, language)],
  ];
  return page(
    view,
    words.mesh,
    piece`<h1>${words.mesh}</h1>
${mesh?.warning === undefined ? undefined : piece`<p class="warning">${mesh.warning}</p>`}
${
      mesh === undefined
        ? piece`<p class="nothing">${words.localMode}</p>`
        : piece`<figure class="mesh">${picture(view, mesh)}</figure>${table(view, mesh.hosts)}`
    }
<dl>${
      [...facts, [words.records, `${live} ${words.memoriesOf}, ${tombstoned} tombstones`] as const]
        .filter(([, value]) => value !== undefined)
        .map(([name, value]) => piece`<div><dt>${name}</dt><dd>${value}</dd></div>`)
    }</dl>
${certificates(view)}`,
  );
}

function certificates({ words, language, memory }: View): Html | undefined {
  const known = knownCertificates(memory.store);
  if (known.length === 0) return undefined;
  const now = memory.clock();
  const rows = known.toSorted((one, other) => one.notAfter - other.notAfter).map((one) => {
    const over = one.revokedAt !== undefined || one.notAfter <= now;
    const names = [
      ...(one.user === undefined ? [] : [`user/${one.user}`]),
      ...one.teams.map((id) => `team/${id}`),
    ];
    return piece`<tr><th scope="row">${inline(one.cn)}</th><td>${inline(names.join(", "))}</td><td class="${
      over ? "down" : "up"
    }">${one.revokedAt === undefined ? undefined : `${words.revoked} `}${
      moment(one.revokedAt ?? one.notAfter, language)
    }</td></tr>`;
  });
  return piece`<h2>${words.certificates}</h2><table><caption>${words.certificatesAbout}</caption><thead><tr><th scope="col">${words.name}</th><th scope="col">${words.grants}</th><th scope="col">${words.expires}</th></tr></thead><tbody>${rows}</tbody></table>`;
}

function picture({ words }: View, { hosts, waiting }: MeshView): Html {
  const { width, height, reach } = SIZE;
  const middle = { x: width / 2, y: height / 2 };
  const hub = hosts.find(({ role }) => role === "hub") ?? hosts.find(({ isHere }) => !isHere) ?? hosts[0];
  const around = hosts.filter((host) => host !== hub);
  const places = around.map((host, n) => {
    const angle = Math.PI * (2 * n / around.length - 0.5);
    return { host, x: middle.x + reach.x * Math.cos(angle), y: middle.y + reach.y * Math.sin(angle) };
  });
  const label = hosts.map((host) => `${host.name}: ${host.linked ? words.connected : words.notConnected}`);
  return piece`<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${label.join(", ")}">
${
    places.map(({ host, x, y }) =>
      piece`<line x1="${middle.x}" y1="${middle.y}" x2="${Math.round(x)}" y2="${Math.round(y)}" class="link ${
        isUp(host, hub) ? "up" : "down"
      }"/>`
    )
  }
${hub === undefined ? undefined : node(hub, middle.x, middle.y, waiting)}
${places.map(({ host, x, y }) => node(host, Math.round(x), Math.round(y), waiting))}
</svg>`;
}

// A link is drawn between a host and the hub; it is up when both ends are seen.
function isUp(host: MeshHost, hub: MeshHost | undefined): boolean {
  return host.linked && (hub?.linked ?? false);
}

function node(host: MeshHost, x: number, y: number, waiting: number): Html {
  const state = `${host.linked ? "up" : "down"}${host.isHere ? " here" : ""}`;
  return piece`<g class="host ${state}"><circle cx="${x}" cy="${y}" r="${
    host.role === "hub" ? 34 : 26
  }"/><text x="${x}" y="${y + 52}">${host.name}</text>${
    host.isHere && waiting > 0
      ? piece`<text class="badge" x="${x}" y="${y + 5}">${waiting}</text>`
      : undefined
  }</g>`;
}

function table({ words }: View, hosts: readonly MeshHost[]): Html {
  return piece`<table><caption>${words.hostsTable}</caption>
<thead><tr><th scope="col">${words.name}</th><th scope="col">${words.role}</th><th scope="col">${words.links}</th><th scope="col">id</th></tr></thead>
<tbody>${
    hosts.map((host) =>
      piece`<tr><th scope="row">${host.name}${host.isHere ? ` (${words.thisHost})` : ""}</th><td>${
        host.role ?? ""
      } ${host.version ?? ""}</td><td class="${host.linked ? "up" : "down"}">${
        host.linked ? words.connected : words.notConnected
      }</td><td><code>${host.id?.slice(0, 8) ?? ""}</code></td></tr>`
    )
  }</tbody></table>`;
}
