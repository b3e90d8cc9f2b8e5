import { beforeEach } from 'vitest';
import { reasonToExclude } from '../support/windows/exclusions.ts';

beforeEach((context) => {
  const reason = reasonToExclude(context.task);
  if (reason !== null) context.skip(reason);
});
