import { PROGRAM } from '../version.ts';
import type { Shell } from './shells.ts';

/**
 * For bash 3.2 (macOS) and later, without the bash-completion package. Never expands or runs any part of the line or
 * the response. The program quotes the inserted text.
 */
const BASH = String.raw`# bash completion for ${PROGRAM}
_streamdiver_dl() {
  local line fallback=
  COMPREPLY=()
  while IFS= read -r line; do
    if [[ -z $fallback ]]; then fallback=$line; else COMPREPLY+=("$line"); fi
  done < <(command ${PROGRAM} __complete bash -- "$COMP_TYPE" "\${COMP_WORDS[COMP_CWORD]}" "\${COMP_LINE:0:COMP_POINT}" 2>/dev/null </dev/null)
  if type compopt >/dev/null 2>&1; then
    case $fallback in
      files) compopt -o default ;;
      folders) compopt -o dirnames ;;
    esac
  fi
}
if type compopt >/dev/null 2>&1; then
  complete -F _streamdiver_dl ${PROGRAM}
else
  complete -o default -F _streamdiver_dl ${PROGRAM}
fi
`;

/** zsh quotes the inserted text. Works from a folder of $fpath and with eval. */
const ZSH = String.raw`#compdef ${PROGRAM}
_streamdiver_dl() {
  local -a response entries
  local line value
  response=("\${(@f)$(command ${PROGRAM} __complete zsh -- "\${(@Q)words[2,CURRENT-1]}" "\${(Q)PREFIX}" 2>/dev/null </dev/null)}")
  for line in "\${(@)response[2,-1]}"; do
    line=\${line//\\/\\\\}
    value=\${line%%$'\t'*}
    entries+=("\${value//:/\\:}:\${line#*$'\t'}")
  done
  case $response[1] in
    files) _files ;;
    folders) _files -/ ;;
    *) (( $#entries )) && _describe -V '${PROGRAM}' entries ;;
  esac
}
if [[ $funcstack[1] == _streamdiver_dl || $funcstack[1] == _${PROGRAM} ]]; then
  _streamdiver_dl
elif (( $+functions[compdef] )); then
  compdef _streamdiver_dl ${PROGRAM}
fi
`;

/** fish quotes the inserted text. */
const FISH = String.raw`# fish completion for ${PROGRAM}
function __streamdiver_dl_complete
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    set -e words[1]
    set -l response (command ${PROGRAM} __complete fish -- $words "$current" 2>/dev/null </dev/null)
    set -l prefix (string match -r -- '^--[^=]+=' "$current")
    set -l rest (string replace -r -- '^--[^=]+=' '' "$current")
    switch "$response[1]"
        case files
            for path in (__fish_complete_path "$rest")
                printf '%s%s\n' "$prefix" "$path"
            end
        case folders
            for path in (__fish_complete_directories "$rest")
                printf '%s%s\n' "$prefix" "$path"
            end
    end
    set -e response[1]
    test (count $response) -gt 0; and printf '%s\n' $response
end
complete -c ${PROGRAM} -e
complete -c ${PROGRAM} -f -k -a '(__streamdiver_dl_complete)'
`;

/** For PowerShell 5.1 and later, on any platform. */
const PWSH = String.raw`# PowerShell completion for ${PROGRAM}
Register-ArgumentCompleter -Native -CommandName '${PROGRAM}' -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)
    $words = @()
    foreach ($element in ($commandAst.CommandElements | Select-Object -Skip 1)) {
        if ($element.Extent.EndOffset -ge $cursorPosition) { break }
        if ($element -is [System.Management.Automation.Language.StringConstantExpressionAst]) { $words += $element.Value }
        else { $words += $element.Extent.Text }
    }
    $words += $wordToComplete.Trim([char[]]@("'", '"'))
    $line = [Convert]::ToBase64String([System.Text.Encoding]::UTF8.GetBytes($words -join [char]10))
    $before = [Console]::OutputEncoding
    try {
        [Console]::OutputEncoding = [System.Text.Encoding]::UTF8
        $response = @(& (Get-Command '${PROGRAM}' -CommandType Application | Select-Object -First 1) __complete pwsh '--' $line 2>$null)
    } catch {
        return
    } finally {
        [Console]::OutputEncoding = $before
    }
    foreach ($entry in ($response | Select-Object -Skip 1)) {
        $text, $shown, $about = $entry -split [char]9, 3
        if (-not $about) { $about = $shown }
        [System.Management.Automation.CompletionResult]::new($text, $shown, 'ParameterValue', $about)
    }
}
`;

/** The script for each shell, with a trailing newline. */
export const SCRIPTS: Readonly<Record<Shell, string>> = {
  bash: unescape(BASH),
  zsh: unescape(ZSH),
  fish: FISH,
  pwsh: PWSH,
};

/** A raw template keeps the backslash that escapes a shell's own `${`. */
function unescape(text: string): string {
  return text.replaceAll('\\${', '${');
}
