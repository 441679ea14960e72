import type { Described } from "../described.ts";
import { type Values, valuesOfArgument, valuesOfOption } from "./values.ts";

/** What a script for a shell knows of a command. */
export interface CompletedCommand {
  /** One word, or two. */
  readonly name: string;
  readonly summary: string;
  readonly options: readonly CompletedOption[];
  /** What can stand at each place; what stands at the last one can come again when `repeats`. */
  readonly places: readonly Values[];
  readonly repeats: boolean;
}

/** What a script knows of an option. */
export interface CompletedOption {
  readonly long: string;
  readonly short: string | undefined;
  readonly summary: string;
  /** Undefined when no value follows it. */
  readonly values: Values | undefined;
}

/** A word at which a command can begin or go on, and what it stands for. */
export interface CommandWord {
  readonly word: string;
  readonly summary: string;
}

/** What the scripts know. */
export function completed(commands: readonly Described[]): CompletedCommand[] {
  return commands.map(({ name, summary, options, arguments: places }) => ({
    name,
    summary,
    options: options.map(({ long, short, summary, value }) => ({
      long,
      short,
      summary,
      values: value === undefined ? undefined : valuesOfOption(name, long, value),
    })),
    places: places.map((place) => valuesOfArgument(name, place.name)),
    repeats: places.at(-1)?.variadic === true,
  }));
}

/** The words that can follow: at the start (`""`) the first words of all commands, after one of them the second ones. */
export function commandWords(commands: readonly CompletedCommand[], first: string): CommandWord[] {
  const words = new Map<string, string>();
  for (const { name, summary } of commands) {
    const [one = "", two] = name.split(" ");
    if (first === "") {
      // Of a family, what it is about is told by its own command, else by its members.
      const of = commands.filter((other) => other.name.startsWith(`${one} `)).map((other) =>
        other.name.split(" ")[1]
      );
      if (two === undefined) words.set(one, summary);
      else if (!words.has(one)) words.set(one, of.join(", "));
    } else if (one === first && two !== undefined) words.set(two, summary);
  }
  return [...words].map(([word, summary]) => ({ word, summary }));
}

/** The first words of commands of two. */
export function families(commands: readonly CompletedCommand[]): string[] {
  return [...new Set(commands.flatMap(({ name }) => name.includes(" ") ? [name.split(" ")[0] ?? ""] : []))];
}
