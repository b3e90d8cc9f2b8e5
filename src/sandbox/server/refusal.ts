import { inspect } from 'node:util';
import { isSystemError, reasonOf } from '../../disk/disk-error.ts';

/** The errors of a request by field, for JSend's `fail`. */
export type FieldMessages = Readonly<Record<string, string>>;

/** Thrown by a route that rejects a request; becomes a JSend response. */
export class Refusal extends Error {
  override readonly name: string = 'Refusal';
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly fields: FieldMessages | undefined;

  /** With `fields`, the response has a `data` map and no message, as for an invalid body. */
  constructor(
    status: number,
    message: string,
    options: { readonly headers?: Readonly<Record<string, string>>; readonly fields?: FieldMessages } = {},
  ) {
    super(message);
    this.status = status;
    this.headers = options.headers ?? {};
    this.fields = options.fields;
  }
}

/** @throws Refusal 400 with the messages, if there are any */
export function refuseFields(fields: FieldMessages): void {
  const names = Object.keys(fields);
  if (names.length > 0) throw new Refusal(400, `not valid: ${names.join(', ')}`, { fields });
}

/** The message of an internal error of the sandbox. */
export function failureText(error: unknown): string {
  if (isSystemError(error)) return reasonOf(error);
  return error instanceof Error ? error.message : inspect(error);
}
