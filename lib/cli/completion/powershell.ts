import { commandWords, type CompletedCommand, families } from "./model.ts";
import { encoded } from "./sh.ts";

/** The script for PowerShell, 5.1 and later. */
export function powershellScript(commands: readonly CompletedCommand[]): string {
  const words = ["", ...families(commands)].map((first) => {
    const pairs = commandWords(commands, first).map(({ word, summary }) =>
      `${quoted(word)} = ${quoted(summary)}`
    );
    return `    ${quoted(first)} = [ordered]@{ ${pairs.join("; ")} }`;
  });
  const options = commands.map(({ name, options }) => {
    const pairs = options.map(({ long, summary }) => `${quoted(long)} = ${quoted(summary)}`);
    return `    ${quoted(name)} = [ordered]@{ ${pairs.join("; ")} }`;
  });
  const values = commands.flatMap(({ name, options, places, repeats }) => [
    ...options.flatMap(({ long, short, values }) =>
      values === undefined
        ? []
        : [long, ...(short === undefined ? [] : [short])].map((option) =>
          [`${name} ${option}`, encoded(values)] as const
        )
    ),
    ...places.map((values, place) =>
      [`${name} ${repeats && place === places.length - 1 ? "*" : place}`, encoded(values)] as const
    ),
  ]).map(([key, value]) => `    ${quoted(key)} = ${quoted(value)}`);
  return `# Completion of kioku-mesh for PowerShell. Load it in $PROFILE with:
#   kioku-mesh completion powershell | Out-String | Invoke-Expression
Register-ArgumentCompleter -Native -CommandName 'kioku-mesh', 'kioku-mesh.exe' -ScriptBlock {
  param($typed, $ast, $cursor)
  $words = @{
${words.join("\n")}
  }
  $options = @{
${options.join("\n")}
  }
  # w words, s what is stored, f files, - nothing to offer
  $values = New-Object 'System.Collections.Generic.Dictionary[string,string]'
  @{
${values.join("\n")}
  }.GetEnumerator() | ForEach-Object { $values[$_.Key] = $_.Value }
  $command = ''; $place = 0; $pending = $null
  foreach ($element in @($ast.CommandElements | Select-Object -Skip 1)) {
    if ($element.Extent.EndOffset -ge $cursor) { break }
    $word = $element.ToString()
    if ($pending) { $pending = $null }
    elseif ($word.StartsWith('-')) { $pending = $values["$command $word"] }
    elseif ($command -eq '') { $command = $word }
    elseif ($place -eq 0 -and $words.ContainsKey($command) -and $words[$command].Contains($word)) { $command = "$command $word" }
    else { $place++ }
  }
  $offer = {
    param($what)
    $kind, $list = $what -split ' ', 2
    if ($kind -eq 'w') {
      $list -split ' ' | Where-Object { $_ -like "$typed*" } |
        ForEach-Object { [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_) }
    } elseif ($kind -eq 's') {
      $begin = $typed.Trim("'", '"')
      & $ast.CommandElements[0].ToString() __complete $list $begin 2>$null | ForEach-Object {
        $value, $meaning = $_ -split "\`t", 2
        if (-not $meaning) { $meaning = $value }
        $text = if ($value -match '^[\\w.,/@-]+$') { $value } else { "'" + $value.Replace("'", "''") + "'" }
        [System.Management.Automation.CompletionResult]::new($text, $value, 'ParameterValue', $meaning)
      }
    } elseif ($kind -eq 'f') {
      [System.Management.Automation.CompletionCompleters]::CompleteFilename($typed)
    }
  }
  $pairs = {
    param($table)
    if ($table) {
      $table.GetEnumerator() | Where-Object { $_.Key -like "$typed*" } |
        ForEach-Object { [System.Management.Automation.CompletionResult]::new($_.Key, $_.Key, 'ParameterValue', $_.Value) }
    }
  }
  if ($pending) { & $offer $pending }
  elseif ($typed.StartsWith('-')) { & $pairs $options[$command] }
  else {
    if ($place -eq 0) { & $pairs $words[$command] }
    $at = $values["$command $place"]
    if (-not $at) { $at = $values["$command *"] }
    if ($at) { & $offer $at }
  }
}
`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
