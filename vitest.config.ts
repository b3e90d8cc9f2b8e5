import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { BaseSequencer } from 'vitest/node';

/** They replace Node's functions before they load the program, so it must not be loaded yet. */
const OWN_PROCESS = ['test/zip/extract/disk-failures.test.ts', 'test/zip/extract/slow-disk.test.ts'];

/** `npm run test:quick`: the fast tests, and one file for each command. */
const QUICK = [
  'test/{architecture,errors}.test.ts',
  'test/{api,auth,config,disk,download,fetch,flags,help,http,media-selection,output,parse,patterns,range,setup,wait}/**/*.test.ts',
  'test/commands/{config,contents,create/create,demo,fetch/fetch,help,list,login,logout,media,rm,sandbox,status,whoami}.test.ts',
  'test/completion/{complete-line,bash-line,candidates,id-cache}.test.ts',
  'test/terminal/messages.test.ts',
  'test/terminal/listing/*.test.ts',
  'test/terminal/progress/*.test.ts',
  'test/terminal/prompts/confirm{,-words}.test.ts',
  'test/terminal/text/{display-width,escape,format,shell-quote}.test.ts',
  'test/target-folder/{publish-file,safe-path}.test.ts',
  'test/zip/{extract/extraction-plan,read/verify}.test.ts',
];

/** `npm run test:windows`: what runs the program. What Wine cannot do is listed in `test/support/windows/exclusions.ts`. */
const WINDOWS = [
  'test/commands/{config,contents,guesses,json-of-failures,list,login,logout,media,messages,package-ids,rm,status,verify,whoami}.test.ts',
  'test/commands/create/create{,-ambiguous,-split,-wait}.test.ts',
  'test/commands/fetch/fetch{,-content,-dry-run,-extract,-jobs,-names,-packers,-record,-select,-unpack-failures}.test.ts',
  'test/commands/transcripts/transcripts{,-failures,-record}.test.ts',
  'test/config/store-files.test.ts',
  'test/dialects/main-job.test.ts',
  'test/faults/download/resume.test.ts',
  'test/torture/{hostile,kill,races,unpack}.test.ts',
];

/** A start under Wine takes seconds while the machine is busy. */
const WINDOWS_OPTIONS = { setupFiles: ['test/setup/windows.ts'], testTimeout: 300_000 };

const MODES: Readonly<Record<string, string[]>> = { quick: QUICK, windows: WINDOWS };

/** The slowest tests run first: at the end, one of them would keep only a single core busy. */
const FIRST = [
  'test/completion/shells.test.ts',
  'test/faults/disk/disk.test.ts',
  'test/terminal/narrow.test.ts',
  'test/sandbox/dialects.test.ts',
  'test/sandbox/crowded.test.ts',
  'test/torture/',
  'test/faults/',
];

class LongestFirst extends BaseSequencer {
  override async sort(files: Parameters<BaseSequencer['sort']>[0]) {
    const rank = ({ moduleId }: (typeof files)[number]) => {
      const found = FIRST.findIndex((part) => moduleId.includes(part));
      return found < 0 ? FIRST.length : found;
    };
    // oxlint-disable-next-line unicorn/no-array-sort -- a method of Vitest that does not modify its argument
    return (await super.sort(files)).toSorted((one, other) => rank(one) - rank(other));
  }
}

/** Counts the connections in use, for `left-over.ts`, without any other change to the program. */
const countConnections = {
  name: 'count-connections',
  enforce: 'pre' as const,
  transform(code: string, id: string): string | null {
    if (!id.endsWith('/src/semaphore.ts')) return null;
    const header = 'export function createSemaphore(';
    if (!code.includes(header)) throw new Error(`${id} does not make semaphores`);
    const counter = fileURLToPath(new URL('test/setup/taken-connections.ts', import.meta.url));
    return `import { counted } from ${JSON.stringify(counter)};
export const createSemaphore = counted(createUncounted);
${code.replace(header, 'function createUncounted(')}`;
  },
};

export default defineConfig(({ mode }) => ({
  plugins: [countConnections],
  test: {
    setupFiles: ['test/setup/left-over.ts'],
    testTimeout: 30_000,
    hookTimeout: 30_000,
    // On a busy machine, the default of one second is too short for what a prompt draws.
    expect: { poll: { timeout: 5_000 } },
    // Two cores are enough for the whole suite; more workers only make the timing-sensitive
    // process tests compete with each other.
    maxWorkers: 3,
    sequence: { sequencer: LongestFirst },
    ...(mode === 'windows' ? { reporters: ['default', 'test/support/windows/report.ts'] } : {}),
    projects: [
      {
        extends: true,
        test: {
          name: 'shared',
          ...(mode === 'windows' ? WINDOWS_OPTIONS : {}),
          include: MODES[mode] ?? ['test/**/*.test.ts'],
          exclude: OWN_PROCESS,
          // A process runs many files and loads the program once. `left-over.ts` checks that tests do not affect each other.
          isolate: false,
        },
      },
      { extends: true, test: { name: 'own process', include: mode in MODES ? [] : OWN_PROCESS } },
    ],
  },
}));
