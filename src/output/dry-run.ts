export interface DryRunRequest {
  readonly method: string;
  readonly url: string;
  readonly body: unknown;
}

/** The `--dry-run` document: the first request, and a list if there are several. */
export function dryRunDocument(requests: readonly DryRunRequest[]): Readonly<Record<string, unknown>> {
  return { dryRun: true, request: requests[0] ?? null, ...(requests.length > 1 ? { requests } : {}) };
}
