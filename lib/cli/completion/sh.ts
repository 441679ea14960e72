import type { CompletedCommand } from "./model.ts";
import type { Values } from "./values.ts";

/** A word in single quotes, as POSIX shells read it. */
export function quoted(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}

/** Values in one word and its parameter, as the scripts for bash and zsh hand them on. */
export function encoded(values: Values): string {
  switch (values.kind) {
    case "words":
      return `w ${values.words.join(" ")}`;
    case "stored":
      return `s ${values.what}`;
    case "files":
      return "f";
    case "none":
      return "-";
  }
}

/** The names of a command's options, long and short. */
export function optionNames({ options }: CompletedCommand): string[] {
  return options.flatMap(({ long, short }) => short === undefined ? [long] : [long, short]);
}

/**
 * Branches of a `case "COMMAND OPTION"` that say what can follow each option that takes a value; `@` in the statement stands
 * for that. Options that take the same go together.
 */
export function optionCases(
  commands: readonly CompletedCommand[],
  indent: string,
  statement: string,
): string {
  return branches(
    commands.flatMap(({ name, options }) =>
      options.flatMap(({ long, short, values }) =>
        values === undefined
          ? []
          : [long, ...(short === undefined ? [] : [short])].map((option) =>
            [`${name} ${option}`, encoded(values)] as const
          )
      )
    ),
    indent,
    statement,
  );
}

/** Branches of a `case "COMMAND PLACE"` that say what can stand at each place, counted from 0. */
export function placeCases(commands: readonly CompletedCommand[], indent: string, statement: string): string {
  return branches(
    commands.flatMap(({ name, places, repeats }) =>
      places.map((values, place) => {
        const last = repeats && place === places.length - 1;
        return [last ? `${name} *` : `${name} ${place}`, encoded(values)] as const;
      })
    ).filter(([, values]) => values !== "-"),
    indent,
    statement,
  );
}

function branches(
  pairs: readonly (readonly [word: string, values: string])[],
  indent: string,
  statement: string,
): string {
  const byValues = Map.groupBy(pairs, ([, values]) => values);
  return [...byValues].map(([values, of]) => {
    // A star that stands for any place has to stay outside of the quotes.
    const patterns = of.map(([word]) => word.endsWith(" *") ? `${quoted(word.slice(0, -1))}*` : quoted(word));
    return `${indent}${patterns.join(" | ")}) ${statement.replace("@", values)} ;;`;
  }).join("\n");
}
