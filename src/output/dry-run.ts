export interface DryRunRequest {
  readonly method: string;
  readonly url: string;
  readonly body: unknown;
}

/** The `--dry-run` document: the request, and with several of them also all of them. */
export function dryRunDocument(requests: readonly DryRunRequest[]): Readonly<Record<string, unknown>> {
  return { dryRun: true, request: requests[0] ?? null, ...(requests.length > 1 ? { requests } : {}) };
}
