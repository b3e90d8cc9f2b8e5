import { readStatus } from '../api/status.ts';
import type { Context } from '../context.ts';
import { ExpectedError, isExpectedError } from '../errors.ts';
import { eachAtOnce } from '../task-pool.ts';
import { pollDelayMs } from '../wait/schedule.ts';
import type { SelectedMediaItem } from './list-transcripts.ts';

export interface TranscriptionCheck {
  readonly ended: readonly SelectedMediaItem[];
  readonly running: readonly SelectedMediaItem[];
}

export interface TranscriptionWatch {
  /** Polls each media item once. @throws ExpectedError BAD_RESPONSE if the service has no status for any of them */
  check(media: readonly SelectedMediaItem[]): Promise<TranscriptionCheck>;
  /** Waits until no transcription is running, or the time is up. */
  wait(media: readonly SelectedMediaItem[]): Promise<TranscriptionCheck>;
}

/**
 * Separates media whose transcription is running from those where it has ended.
 * @param waitMs counted from this call
 */
export function watchTranscriptions(
  waitMs: number,
  jobs: number,
  { api, clock, io, random, signal }: Pick<Context, 'api' | 'clock' | 'io' | 'random' | 'signal'>,
): TranscriptionWatch {
  const startMs = clock.monotonicMs();
  let hasChecked = false;
  const unknownWords = new Set<string>();
  const isRunning = (status: string): boolean => {
    const meaning = readStatus(status);
    if (meaning === 'unknown' && !unknownWords.has(status.toLowerCase())) {
      unknownWords.add(status.toLowerCase());
      io.warn(`unknown transcription status ${status}: treating it as ended`);
    }
    return meaning === 'running';
  };
  const check = async (media: readonly SelectedMediaItem[]): Promise<TranscriptionCheck> => {
    const statuses = new Map<string, string>();
    await eachAtOnce(media, jobs, async ({ id }) => {
      const status = await statusOf(id, hasChecked);
      if (status !== null) statuses.set(id, status);
    });
    const isFirst = !hasChecked;
    hasChecked = true;
    if (isFirst && media.length > 0 && statuses.size === 0) {
      throw new ExpectedError(
        'BAD_RESPONSE',
        '--wait-transcripts: no media item has a transcription status',
        {
          hint: 'omit --wait-transcripts to download the available transcripts',
        },
      );
    }
    const running = media.filter(({ id }) => {
      const status = statuses.get(id);
      return status !== undefined && isRunning(status);
    });
    return { running, ended: media.filter((one) => !running.includes(one)) };
  };
  /**
   * A media item without a status is not being transcribed, or listing its transcripts shows what is wrong with it. A
   * failed poll is part of waiting.
   */
  const statusOf = async (id: string, wasRunning: boolean): Promise<string | null> => {
    try {
      return await api.getTranscriptionStatus(id, signal);
    } catch (error) {
      if (isExpectedError(error, 'NOT_FOUND')) return null;
      if (isExpectedError(error, 'UNAVAILABLE')) return 'waiting';
      if (isExpectedError(error, 'BAD_RESPONSE')) return wasRunning ? 'waiting' : null;
      throw error;
    }
  };
  return {
    check,
    async wait(media) {
      const ended: SelectedMediaItem[] = [];
      let running = media;
      for (;;) {
        const waitedMs = clock.monotonicMs() - startMs;
        const leftMs = waitMs - waitedMs;
        if (running.length === 0 || leftMs <= 0) return { ended, running };
        for (const { id, item } of running) {
          io.progress({ event: 'wait', id, label: item?.name ?? id, status: 'transcription running' });
        }
        const delayMs = pollDelayMs({ waitedMs, intervalMs: null, retryAfterMs: null, random: random() });
        await clock.sleep(Math.min(delayMs, leftMs), signal);
        const checked = await check(running);
        ended.push(...checked.ended);
        running = checked.running;
      }
    },
  };
}
