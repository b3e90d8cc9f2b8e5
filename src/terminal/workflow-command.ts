/**
 * Breaks up commands that GitHub Actions would execute from a log line: `::name …` at the start (after
 * trimming) and `##[name]` anywhere. Otherwise a title could contain `::add-mask::` or `::error file=…::`.
 */
export function guardWorkflowCommand(line: string): string {
  return line.replace(/^(\s*):(?=:)/u, '$1\\x3a').replaceAll('##[', '#\\x23[');
}

/**
 * One `::error` line, escaped like in actions/toolkit (core/src/command.ts): a message keeps its line breaks
 * as %0A, and a property must not contain `:` or `,`.
 */
export function formatWorkflowError(title: string, message: string): string {
  return `::error title=${escapeProperty(title)}::${escapeData(message)}`;
}

function escapeData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
