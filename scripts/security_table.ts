/** Writes the table of permissions into docs/security.md, from the table in code. */
import { fileURLToPath } from "node:url";
import { type Access, accessOf, PERMISSIONS } from "../lib/cli/access.ts";
import type { AccessKind } from "../lib/cli/command.ts";
import { COMMANDS } from "../lib/cli/table.ts";

const PAGE = fileURLToPath(new URL("../docs/security.md", import.meta.url));
const BEGIN = "<!-- made by `deno task security-table`, from lib/cli/access.ts -->";
const END = "<!-- end of what is made -->";

/** The page with the table that belongs into it now. Throws when the page has no place for the table. */
export async function currentPage(page: string): Promise<string> {
  const begin = page.indexOf(BEGIN);
  const end = page.indexOf(END);
  if (begin === -1 || end < begin) {
    throw new Error(`Cannot write the table: docs/security.md lacks the lines "${BEGIN}" and "${END}".`);
  }
  return `${page.slice(0, begin + BEGIN.length)}\n${await table()}\n${page.slice(end)}`;
}

async function table(): Promise<string> {
  const names = new Map<Access, string[]>();
  const add = (kind: AccessKind, words: string) => {
    const access = accessOf(kind);
    names.set(access, [...names.get(access) ?? [], `\`${words}\``]);
  };
  for (const { name, load } of COMMANDS) {
    const command = await load();
    add(command.access, name);
    for (const [flag, kind] of "starts" in command ? Object.entries(command.starts ?? {}) : []) {
      add(kind, `${name} ${flag}`);
    }
  }
  const rows = [...names].map(([{ opensFirst, keeps }, commands]) =>
    `| ${commands.join(", ")} | ${opensFirst} | ${keeps.length === 0 ? "nothing" : keeps.join(", ")} |`
  );
  const variables = PERMISSIONS.env.map((name) => `\`${name}\``);
  return [
    "",
    "| command | opens first | keeps |",
    "|---|---|---|",
    ...rows,
    "",
    "Before that, the executable as a whole may read and write files, ask for the host's name " +
    `(\`${PERMISSIONS.sys.join("`, `")}\`) and read these variables: ${variables.join(", ")}. It may ` +
    `connect to this machine alone (\`${
      PERMISSIONS.net.join("`, `")
    }\`) and start programs; every command but those that ` +
    "keep it gives both up before it looks at anything. Native code is never loaded by it, and it never asks for more. The " +
    "links to other hosts are the router's, a program of its own that only the peer starts, after it has verified it. Whoever " +
    "may start programs may do what the user may: that is why the peer looks at nothing but the mesh's records.",
    "",
  ].join("\n");
}

if (import.meta.main) {
  const page = Deno.readTextFileSync(PAGE);
  Deno.writeTextFileSync(PAGE, await currentPage(page));
}
