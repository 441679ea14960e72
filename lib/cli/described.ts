import { Command as Declaration } from "commander";
import { COMMANDS, type Entry } from "./table.ts";

/** The name under which people call the program. */
export const PROGRAM = "kioku-mesh";

/** A command's declaration before its own arguments and options are added. */
export function bareDeclaration({ name, summary }: Pick<Entry, "name" | "summary">): Declaration {
  return new Declaration(`${PROGRAM} ${name}`).description(summary).helpOption(
    "-h, --help",
    "show this help",
  );
}

/** A command, for those who describe it: the manual page and the shells' completions. */
export interface Described {
  readonly name: string;
  readonly summary: string;
  /** What follows the name, as help shows it. */
  readonly usage: string;
  readonly arguments: readonly DescribedArgument[];
  readonly options: readonly DescribedOption[];
}

/** An argument of a command. */
export interface DescribedArgument {
  readonly name: string;
  readonly summary: string;
  /** It may come again and again. */
  readonly variadic: boolean;
}

/** An option of a command, the one for help included. */
export interface DescribedOption {
  readonly long: string;
  readonly short: string | undefined;
  /** What its value is called; undefined for a switch, and for one that may stand alone. */
  readonly value: string | undefined;
  /** All of it as help shows it. */
  readonly flags: string;
  readonly summary: string;
}

/** Every command in the order of help. */
export async function describeCommands(): Promise<Described[]> {
  return await Promise.all(COMMANDS.map(describe));
}

async function describe(entry: Entry): Promise<Described> {
  const declaration = bareDeclaration(entry);
  (await entry.load()).declare(declaration);
  const help = declaration.createHelp();
  return {
    name: entry.name,
    summary: entry.summary,
    usage: declaration.usage(),
    arguments: declaration.registeredArguments.map((one) => ({
      name: one.name(),
      summary: one.description,
      variadic: one.variadic,
    })),
    options: help.visibleOptions(declaration).map(({ long, short, flags, required, description }) => ({
      long: long ?? short ?? "",
      short: long === undefined || long === null ? undefined : short,
      value: required ? /<([^>.]+)/.exec(flags)?.[1] ?? "value" : undefined,
      flags,
      summary: description,
    })),
  };
}
