import { type CommandWord, commandWords, type CompletedCommand, families } from "./model.ts";
import { optionCases, placeCases, quoted } from "./sh.ts";

/** The script for zsh: a function file for $fpath, and one that can be sourced after compinit. */
export function zshScript(commands: readonly CompletedCommand[]): string {
  return `#compdef kioku-mesh
# Completion of kioku-mesh for zsh. Load it after compinit with:  source <(kioku-mesh completion zsh)
# or keep it as _kioku-mesh in a folder of $fpath.

# What can follow option $2 of command $1, in kioku_values: w words, s what is stored, f files, - nothing to offer.
__kioku_mesh_option() {
  case "$1 $2" in
${optionCases(commands, "    ", 'kioku_values="@"')}
    *) kioku_values="" ;;
  esac
}

# What can stand at place $2 of command $1.
__kioku_mesh_place() {
  case "$1 $2" in
${placeCases(commands, "    ", 'kioku_values="@"')}
    *) kioku_values="-" ;;
  esac
}

# The options of command $1 with their meanings, in kioku_list.
__kioku_mesh_options() {
  case "$1" in
${commands.map(optionsOf).join("\n")}
    *) kioku_list=('--help' 'show this help' '--version' 'show the version') ;;
  esac
}

# The words that begin a command, or go on after $1, with their meanings.
__kioku_mesh_words() {
  case "$1" in
    "") ${listed(commandWords(commands, ""))} ;;
${
    families(commands).map((first) => `    ${quoted(first)}) ${listed(commandWords(commands, first))} ;;`)
      .join(
        "\n",
      )
  }
    *) kioku_list=() ;;
  esac
}

# Offers the values of kioku_list, each with its meaning behind it.
__kioku_mesh_list() {
  local -a values shown
  local value meaning
  local -i width=0
  for value meaning in "\${kioku_list[@]}"; do
    values+=("$value")
    ((\${#value} <= width)) || width=\${#value}
  done
  for value meaning in "\${kioku_list[@]}"; do shown+=("\${(r:width:)value}\${meaning:+  $meaning}"); done
  (( \${#values} == 0 )) || compadd -V kioku -l -d shown -a values
}

__kioku_mesh_offer() {
  local kind=\${1%% *} list=\${1#* } value meaning
  case "$kind" in
    w) compadd -- \${=list} ;;
    f) _files ;;
    s)
      kioku_list=()
      while IFS=$'\\t' read -r value meaning; do
        kioku_list+=("$value" "$meaning")
      done < <("\${(Q)words[1]/#\\~/$HOME}" __complete "$list" "\${(Q)PREFIX}" 2>/dev/null)
      __kioku_mesh_list
      ;;
  esac
}

_kioku_mesh() {
  local command="" pending="" plain="" word kioku_values
  local -i place=0 i
  local -a kioku_list
  for ((i = 2; i < CURRENT; i++)); do
    word=\${(Q)words[i]}
    if [[ -n $pending ]]; then pending=""
    elif [[ $word == -- ]]; then plain=1
    elif [[ $word == --*=* && -z $plain ]]; then continue
    elif [[ $word == -* && -z $plain ]]; then
      __kioku_mesh_option "$command" "$word"
      pending=$kioku_values
    elif [[ -z $command ]]; then command=$word
    else
      __kioku_mesh_words "$command"
      # Values and meanings take turns; what is no second word of a command is an argument.
      if ((place == 0 && \${kioku_list[(Ie)$word]} % 2 == 1)); then command="$command $word"; continue; fi
      ((place += 1))
    fi
  done
  local cur=\${words[CURRENT]}
  if [[ -n $pending ]]; then __kioku_mesh_offer "$pending"
  elif [[ $cur == --*=* && -z $plain ]]; then
    __kioku_mesh_option "$command" "\${cur%%=*}"
    compset -P '*='
    __kioku_mesh_offer "$kioku_values"
  elif [[ $cur == -* && -z $plain ]]; then
    __kioku_mesh_options "$command"
    __kioku_mesh_list
  else
    if ((place == 0)); then
      __kioku_mesh_words "$command"
      __kioku_mesh_list
    fi
    if [[ -n $command ]]; then
      __kioku_mesh_place "$command" "$place"
      __kioku_mesh_offer "$kioku_values"
    fi
  fi
}

if [[ $funcstack[1] == _kioku-mesh ]]; then
  _kioku_mesh "$@"
else
  compdef _kioku_mesh kioku-mesh
fi
`;
}

function optionsOf({ name, options }: CompletedCommand): string {
  const pairs = options.flatMap(({ long, summary }) => [quoted(long), quoted(summary)]);
  return `    ${quoted(name)}) kioku_list=(${pairs.join(" ")}) ;;`;
}

function listed(words: readonly CommandWord[]): string {
  return `kioku_list=(${words.flatMap(({ word, summary }) => [quoted(word), quoted(summary)]).join(" ")})`;
}
