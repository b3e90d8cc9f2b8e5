// One Vitest for all faults, to start it only once. Controlled over IPC, and killed by the parent if it hangs.
import path from 'node:path';
import { createVitest } from 'vitest/node';

const root = process.cwd();
const vitest = await createVitest('test', {
  root,
  watch: false,
  bail: 1,
  maxWorkers: 1,
  reporters: [{}],
  passWithNoTests: true,
});

const answers = {
  /** Finds test files below any of these paths, or that import `related`. */
  async find({ paths, related }) {
    vitest.config.related = related === undefined ? undefined : [path.join(root, related)];
    const specifications = await vitest.getRelevantTestSpecifications(paths);
    return specifications.map(({ moduleId }) => path.relative(root, moduleId)).toSorted();
  },
  changed({ file }) {
    vitest.invalidateFile(path.join(root, file));
  },
  /** Returns whether a test file passes, and its duration. */
  async run({ file }) {
    // Earlier failures would count for `bail`.
    vitest.state.idMap.clear();
    vitest.state.filesMap.clear();
    vitest.state.errorsSet.clear();
    const began = performance.now();
    const specifications = await vitest.globTestSpecifications([file]);
    const { testModules, unhandledErrors } = await vitest.runTestSpecifications(specifications, false);
    const passes = unhandledErrors.length === 0 && testModules.every((one) => one.ok());
    return { passes, tookMs: performance.now() - began };
  },
};

async function answer({ action, ...question }) {
  process.send({ answer: (await answers[action](question)) ?? null });
}

process.on('message', (message) => void answer(message));
process.on('disconnect', () => process.exit());
process.send({ answer: 'ready' });
