/** More than anybody reads; a service may send megabytes of reasons. */
const MOST_CHARACTERS = 500;
const LAST_CHARACTERS = 100;

/** An error message of bounded length: its middle, where the words of a service stand, gives way. */
export function shortenMessage(message: string): string {
  if (message.length <= MOST_CHARACTERS) return message;
  const start = message.slice(0, MOST_CHARACTERS - LAST_CHARACTERS - 1).replace(/[\uD800-\uDBFF]$/, '');
  return `${start}…${message.slice(-LAST_CHARACTERS).replace(/^[\uDC00-\uDFFF]/, '')}`;
}
