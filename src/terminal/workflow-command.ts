/**
 * Breaks what GitHub Actions would take for a command in a line of a log: `::name …` at the start
 * (the runner trims first) and `##[name]` anywhere. `::add-mask::` or `::error file=…::` in a title
 * would otherwise be obeyed.
 */
export function guardWorkflowCommand(line: string): string {
  return line.replace(/^(\s*):(?=:)/u, '$1\\x3a').replaceAll('##[', '#\\x23[');
}

/**
 * One `::error` line, escaped as actions/toolkit does it (core/src/command.ts): a message keeps its
 * line breaks as %0A, a property must not hold `:` or `,` either.
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
