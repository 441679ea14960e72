import { OUR_VARIABLES } from "../core/environment.ts";
import type { Described } from "./described.ts";
import { PROGRAM } from "./described.ts";

/** The manual page, section 1, in the man macros that every system's `man` knows (man 7). */
export function manualPage(commands: readonly Described[], version: string): string {
  const lines = [
    `.TH ${quoted(PROGRAM.toUpperCase())} 1 "" ${quoted(`${PROGRAM} ${version}`)}`,
    // Words are not broken: a command or a path that is cut cannot be copied.
    ".nh",
    ".SH NAME",
    `${plain(PROGRAM)} \\- a memory that AI coding agents share, across tools and hosts`,
    ".SH SYNOPSIS",
    `.B ${plain(PROGRAM)}`,
    ".I command",
    "[options]",
    ".SH DESCRIPTION",
    ...paragraph(
      "One agent saves a decision, another vendor's agent finds it later: in the next session, in another tool, on another " +
        "machine. Everything is kept in one database of this user's; on one machine nothing else has to run.",
    ),
    ".PP",
    ...paragraph(
      "Results go to standard output, everything else to standard error. Long options may be shortened to what is " +
        "unambiguous. Eight digits of a memory's id are enough.",
    ),
    ".SH COMMANDS",
    ...commands.flatMap(command),
    ".SH OPTIONS",
    ".TP",
    ".B \\-\\-help",
    "show the commands; after a command its arguments and options",
    ".TP",
    ".B \\-\\-version",
    "show the version",
    ".TP",
    ".B \\-\\-debug",
    "show where an unexpected error came from",
    ".SH EXIT STATUS",
    "0 done, 1 failed or not found, 2 used wrongly.",
    ".SH ENVIRONMENT",
    ...paragraph("Environment variables win over the configuration:"),
    ...OUR_VARIABLES.flatMap((name) => [".br", `.B KIOKU_MESH_${name}`]),
    ".PP",
    ...paragraph("EDITOR, VISUAL, PAGER and NO_COLOR mean what they mean everywhere."),
    ".SH FILES",
    ".TP",
    plain("~/.local/share/kioku-mesh"),
    "the state folder on Linux: kioku.db, and the host's id in pc_id",
    ".TP",
    plain("~/.config/kioku-mesh/config.yaml"),
    "the configuration; a project's own is in .kioku-mesh.yaml",
  ];
  return `${lines.join("\n")}\n`;
}

function command({ name, summary, usage, arguments: places, options }: Described): string[] {
  return [
    `.SS ${quoted(`${name} ${usage}`)}`,
    ...paragraph(summary),
    ...places.flatMap((place) => [".TP", `.I ${plain(place.name)}`, ...paragraph(place.summary)]),
    ...options.filter(({ long }) => long !== "--help").flatMap(({ flags, summary }) => [
      ".TP",
      `.B ${plain(flags)}`,
      ...paragraph(summary),
    ]),
  ];
}

/** Text on lines of its own, none of which is a request. */
function paragraph(text: string): string[] {
  return plain(text).split("\n").map((line) => /^[.']/.test(line) ? `\\&${line}` : line);
}

// Backslashes are the language's, and a plain hyphen may be shown as another character that nobody can copy.
function plain(text: string): string {
  return text.replaceAll("\\", "\\e").replaceAll("-", "\\-");
}

function quoted(text: string): string {
  return `"${plain(text).replaceAll('"', '""')}"`;
}
