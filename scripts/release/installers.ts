import type { EngineTarget } from "../../lib/mesh/engine/target.ts";

/** What was made for one system. */
export interface ReleasedArchive {
  readonly target: EngineTarget;
  readonly name: string;
  readonly sha256: string;
  /** Whether the router is in it; without, the program works on one machine. */
  readonly engine: boolean;
  /** The oldest glibc and libstdc++ (GLIBCXX) that it works with; undefined where it needs none. */
  readonly glibc: string | undefined;
  readonly glibcxx: string | undefined;
}

/** What the scripts that install are told. */
export interface InstallFacts {
  readonly version: string;
  /** Where the archives will be: a URL. */
  readonly base: string;
  readonly archives: readonly ReleasedArchive[];
}

/** Fills a script's template: which version, from where, with which checksums. */
export function installer(template: string, { version, base, archives }: InstallFacts): string {
  const glibc = archives.find(({ target }) => target.startsWith("linux"))?.glibc ?? "0";
  const values: Readonly<Record<string, string>> = {
    VERSION: version,
    BASE: base,
    GLIBC: glibc,
    CHECKSUMS: archives.map(({ target, sha256 }) => `${target} ${sha256}`).join("\n"),
  };
  return template.replaceAll(/@([A-Z]+)@/g, (whole, name) => values[name] ?? whole);
}

/** What people read who want to install: a line for each system, and what it needs. */
export function installPage({ version, base, archives }: InstallFacts): string {
  const rows = archives.map(({ target, name, engine, glibc, glibcxx }) => {
    const needs = [
      ...(glibc === undefined ? [] : [`glibc ${glibc}`]),
      ...(glibcxx === undefined ? [] : [`libstdc++ with GLIBCXX ${glibcxx}`]),
    ];
    return `| ${target} | ${name} | ${engine ? "yes" : "no: one machine only"} | ${
      needs.join(", ") || "nothing"
    } |`;
  });
  return `# kioku-mesh ${version}

Linux and macOS:

    curl -fsSL ${base}/install.sh | sh

Windows, in PowerShell:

    irm ${base}/install.ps1 | iex

The scripts hold what they fetch against checksums that stand in them, and put the program into \`~/.local/bin\`, on Windows into
\`%LOCALAPPDATA%\\Programs\\kioku-mesh\`. Or unpack an archive yourself: \`SHA256SUMS\` has the checksums of all files,
\`kioku-mesh-${version}.cdx.json\` lists every package that is in them (CycloneDX).

| system | archive | router for a mesh | needs at least |
|---|---|---|---|
${rows.join("\n")}
`;
}
