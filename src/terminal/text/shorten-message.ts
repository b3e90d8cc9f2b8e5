/** Longer messages are not read; a service may send megabytes. */
const MOST_CHARACTERS = 500;
const LAST_CHARACTERS = 100;

/** Limits the length of an error message. It shortens the middle, where texts of the service are. */
export function shortenMessage(message: string): string {
  if (message.length <= MOST_CHARACTERS) return message;
  const start = message.slice(0, MOST_CHARACTERS - LAST_CHARACTERS - 1).replace(/[\uD800-\uDBFF]$/, '');
  return `${start}…${message.slice(-LAST_CHARACTERS).replace(/^[\uDC00-\uDFFF]/, '')}`;
}
