import { inspect } from 'node:util';
import { isSystemError, reasonOf } from '../../disk/disk-error.ts';

/** What is wrong with a request, field by field, as JSend's `fail` carries it. */
export type FieldMessages = Readonly<Record<string, string>>;

/** Thrown by a route that does not do what was asked; becomes a JSend answer. */
export class Refusal extends Error {
  override readonly name: string = 'Refusal';
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly fields: FieldMessages | undefined;

  /** With `fields` the answer has a `data` map and no message, as for a body that is not valid. */
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

/** @throws Refusal 400 with the messages, unless there are none */
export function refuseFields(fields: FieldMessages): void {
  const names = Object.keys(fields);
  if (names.length > 0) throw new Refusal(400, `not valid: ${names.join(', ')}`, { fields });
}

/** What went wrong in the sandbox itself, in words. */
export function failureText(error: unknown): string {
  if (isSystemError(error)) return reasonOf(error);
  return error instanceof Error ? error.message : inspect(error);
}
