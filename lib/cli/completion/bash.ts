import { commandWords, type CompletedCommand, families } from "./model.ts";
import { optionCases, optionNames, placeCases, quoted } from "./sh.ts";

/** The script for bash, 3.2 and later. */
export function bashScript(commands: readonly CompletedCommand[]): string {
  const words = (first: string) => commandWords(commands, first).map(({ word }) => word).join(" ");
  return `# Completion of kioku-mesh for bash. Load it with:  source <(kioku-mesh completion bash)
# or keep it as ~/.local/share/bash-completion/completions/kioku-mesh

# What can follow option $2 of command $1, in __kioku_values: w words, s what is stored, f files, - nothing to offer.
__kioku_mesh_option() {
  case "$1 $2" in
${optionCases(commands, "    ", '__kioku_values="@"')}
    *) __kioku_values="" ;;
  esac
}

# What can stand at place $2 of command $1.
__kioku_mesh_place() {
  case "$1 $2" in
${placeCases(commands, "    ", '__kioku_values="@"')}
    *) __kioku_values="-" ;;
  esac
}

# The options of command $1.
__kioku_mesh_options() {
  case "$1" in
${
    commands.map((one) => `    ${quoted(one.name)}) __kioku_values="${optionNames(one).join(" ")}" ;;`).join(
      "\n",
    )
  }
    *) __kioku_values="--help --version" ;;
  esac
}

# The words that begin a command, or go on after $1.
__kioku_mesh_words() {
  case "$1" in
    "") __kioku_values="${words("")}" ;;
${families(commands).map((first) => `    ${quoted(first)}) __kioku_values="${words(first)}" ;;`).join("\n")}
    *) __kioku_values="" ;;
  esac
}

__kioku_mesh_offer() {
  local cur=$2 kind=\${1%% *} list=\${1#* } open="" typed value rest
  case "$kind" in
    w) COMPREPLY+=($(compgen -W "$list" -- "$cur")) ;;
    f)
      compopt -o filenames 2>/dev/null
      while IFS= read -r value; do COMPREPLY+=("$value"); done < <(compgen -f -- "$cur")
      ;;
    s)
      # What was typed may be quoted, and what is offered has to be.
      case "$cur" in [\\"\\']*) open=\${cur:0:1} ;; esac
      typed=\${cur#"$open"}
      [[ -n $open ]] || typed=\${typed//\\\\/}
      while IFS=$'\\t' read -r value rest; do
        [[ -n $open || $value =~ ^[A-Za-z0-9_./,@%+=-]+$ ]] || printf -v value %q "$value"
        COMPREPLY+=("$value")
      done < <("\${COMP_WORDS[0]/#\\~/$HOME}" __complete "$list" "$typed" 2>/dev/null)
      ;;
  esac
}

_kioku_mesh() {
  local cur=\${COMP_WORDS[COMP_CWORD]} command="" place=0 pending="" plain="" word i __kioku_values IFS=$' \\t\\n'
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=\${COMP_WORDS[i]}
    if [[ $word == "=" ]]; then continue
    elif [[ -n $pending ]]; then pending=""
    elif [[ $word == -- ]]; then plain=1
    elif [[ $word == -* && -z $plain ]]; then
      __kioku_mesh_option "$command" "$word"
      pending=$__kioku_values
    elif [[ -z $command ]]; then command=$word
    else
      __kioku_mesh_words "$command"
      case " $__kioku_values " in
        *" $word "*) if ((place == 0)); then command="$command $word"; continue; fi ;;
      esac
      ((place++))
    fi
  done
  [[ $cur != "=" ]] || cur=""
  if [[ -n $pending ]]; then __kioku_mesh_offer "$pending" "$cur"
  elif [[ $cur == -* && -z $plain ]]; then
    __kioku_mesh_options "$command"
    COMPREPLY=($(compgen -W "$__kioku_values" -- "$cur"))
  else
    if ((place == 0)); then
      __kioku_mesh_words "$command"
      __kioku_mesh_offer "w $__kioku_values" "$cur"
    fi
    if [[ -n $command ]]; then
      __kioku_mesh_place "$command" "$place"
      __kioku_mesh_offer "$__kioku_values" "$cur"
    fi
  fi
}

complete -F _kioku_mesh kioku-mesh
`;
}
