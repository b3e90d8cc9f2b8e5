import type { Clock } from '../../clock.ts';
import type { OutputStream } from '../../world.ts';
import type { Glyphs } from '../text/glyphs.ts';
import type { Style } from '../text/style.ts';
import type { ProgressBar } from './progress-bar.ts';
import type { ProgressEvent } from './progress-event.ts';
import { formatProgressJson } from './progress-json.ts';
import type { ProgressMode } from './progress-mode.ts';
import { createPlainProgress, formatDone } from './progress-plain.ts';

export interface Progress {
  report(event: ProgressEvent): void;
  end(): void;
  /** Resolves when everything is loaded; rejects when the bar could not be loaded. */
  settled(): Promise<void>;
}

export interface ProgressOptions {
  readonly mode: Exclude<ProgressMode, 'auto'>;
  readonly stderr: OutputStream;
  readonly clock: Clock;
  readonly glyphs: Glyphs;
  readonly style: Style;
  readonly columns: () => number;
  /** Prints one line, already escaped, on standard error. */
  readonly print: (line: string) => void;
}

/** Shows progress events in the selected mode. */
export function createProgress(options: ProgressOptions): Progress {
  const { mode, clock, glyphs, style, print } = options;
  switch (mode) {
    case 'none':
      return withoutBar(() => {});
    case 'json':
      return withoutBar((event) => print(formatProgressJson(event, clock.now())));
    case 'plain': {
      const plain = createPlainProgress(clock, glyphs);
      return withoutBar((event) => {
        const line = event.isMinor === true ? undefined : plain(event);
        if (line !== undefined) print(line);
      });
    }
    case 'bar':
      break;
  }
  const bar = createLazyBar(options);
  return {
    ...bar,
    report(event) {
      if (event.isMinor === true) return;
      bar.report(event);
      if (event.event === 'done') print(style.green(formatDone(event, glyphs)));
    },
  };
}

function withoutBar(report: (event: ProgressEvent) => void): Progress {
  return { report, end: () => {}, settled: () => Promise.resolve() };
}

/** Loads the bar at the first event, and keeps the last event of each ID until then. */
function createLazyBar({ stderr, clock, glyphs, style, columns }: ProgressOptions): Progress {
  const waiting = new Map<string | null, ProgressEvent>();
  let bar: ProgressBar | undefined;
  let loading: Promise<void> | undefined;

  const load = async () => {
    const { createProgressBar } = await import('./progress-bar.ts');
    bar = createProgressBar({ stream: stderr, clock, glyphs, style, columns });
    for (const event of waiting.values()) bar.update(event);
  };

  return {
    report(event) {
      if (bar !== undefined) bar.update(event);
      else if (event.event === 'done') waiting.delete(event.id);
      else {
        waiting.set(event.id, event);
        loading ??= load();
        // settled() reports the failure; until then it must not count as unhandled.
        loading.catch(() => {});
      }
    },
    end() {
      waiting.clear();
      bar?.stop();
    },
    settled: () => loading ?? Promise.resolve(),
  };
}
