import { commandWords, type CompletedCommand, families } from "./model.ts";
import type { Values } from "./values.ts";

/** The script for fish. */
export function fishScript(commands: readonly CompletedCommand[]): string {
  const names = commands.filter(({ name }) => name.includes(" ")).map(({ name }) => quoted(name)).join(" ");
  const withValue = [
    ...new Set(
      commands.flatMap(({ options }) =>
        options.flatMap(({ long, short, values }) =>
          values === undefined ? [] : short === undefined ? [long] : [long, short]
        )
      ),
    ),
  ];
  const lines = [
    ...["", ...families(commands)].flatMap((first) =>
      commandWords(commands, first).map(({ word, summary }) =>
        `complete -c kioku-mesh -n ${quoted(`__kioku_mesh_at '${first}' 0`)} -a ${quoted(word)} -d ${
          quoted(summary)
        }`
      )
    ),
    ...commands.flatMap((command) => [...optionLines(command), ...placeLines(command)]),
  ];
  return `# Completion of kioku-mesh for fish. Load it with:  kioku-mesh completion fish | source
# or keep it as ~/.config/fish/completions/kioku-mesh.fish

# Prints the command that was typed, and how many arguments follow it.
function __kioku_mesh_typed
    set -l words (commandline -opc)[2..-1]
    set -l command ""
    set -l place 0
    set -l pending 0
    for word in $words
        if test $pending = 1
            set pending 0
        else if contains -- $word ${withValue.join(" ")}
            set pending 1
        else if string match -q -- '-*' $word
            continue
        else if test -z "$command"
            set command $word
        else if test $place = 0; and contains -- "$command $word" ${names}
            set command "$command $word"
        else
            set place (math $place + 1)
        end
    end
    echo $command
    echo $place
end

# Whether command $argv[1] was typed and argument $argv[2] of it comes now; without the second, any.
function __kioku_mesh_at
    set -l typed (__kioku_mesh_typed)
    test "$typed[1]" = "$argv[1]"; or return 1
    test (count $argv) -lt 2; or contains -- $typed[2] $argv[2..-1]
end

# Asks the program that was typed for what is stored and begins with the word at the cursor.
function __kioku_mesh_stored
    set -l program (string replace -r '^~' $HOME -- (commandline -opc)[1])
    set -l typed (commandline -ct | string replace -r '^--[a-z-]+=' '' | string unescape)
    $program __complete $argv[1] "$typed" 2>/dev/null
end

complete -c kioku-mesh -f
complete -c kioku-mesh -n "__kioku_mesh_at ''" -l version -d 'show the version'
${lines.join("\n")}
`;
}

function optionLines({ name, options }: CompletedCommand): string[] {
  return options.map(({ long, short, summary, values }) => {
    const names = [`-l ${long.replace(/^--/, "")}`, ...(short === undefined ? [] : [`-s ${short.slice(1)}`])];
    const value = values === undefined ? "" : ` ${valuesOf(values)}`;
    return `complete -c kioku-mesh -n ${quoted(`__kioku_mesh_at '${name}'`)} ${names.join(" ")}${value} -d ${
      quoted(summary)
    }`;
  });
}

function placeLines({ name, places, repeats }: CompletedCommand): string[] {
  return places.flatMap((values, place) => {
    if (values.kind === "none") return [];
    const last = repeats && place === places.length - 1;
    const condition = quoted(last ? `__kioku_mesh_at '${name}'` : `__kioku_mesh_at '${name}' ${place}`);
    return [`complete -c kioku-mesh -n ${condition} ${valuesOf(values).replace(/^-x /, "")}`];
  });
}

function valuesOf(values: Values): string {
  switch (values.kind) {
    case "words":
      return `-x -a ${quoted(values.words.join(" "))}`;
    case "stored":
      return `-x -k -a ${quoted(`(__kioku_mesh_stored ${values.what})`)}`;
    case "files":
      return "-r -F";
    case "none":
      return "-x";
  }
}

// In single quotes fish reads a backslash before a quote or a backslash.
function quoted(text: string): string {
  return `'${text.replaceAll(/[\\']/g, "\\$&")}'`;
}
