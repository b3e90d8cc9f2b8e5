// Loaded into the program before anything else, to give it the surroundings of its test.
const { Socket } = require('node:net');

// Wine replaces variables by those of its own user.
for (const [name, value] of Object.entries(JSON.parse(process.env.STREAMDIVER_TEST_ENV)))
  process.env[name] = value;
delete process.env.STREAMDIVER_TEST_ENV;

// Wine has no such option for a socket, and Node.js takes that for a broken one.
Socket.prototype.setKeepAlive = function setKeepAlive() {
  return this;
};

const world = process.env.STREAMDIVER_TEST_WORLD;
delete process.env.STREAMDIVER_TEST_WORLD;
if (world !== undefined) change(JSON.parse(world));

/** A clock as `createFastClock` makes it, and the same random numbers in each run. */
function change({ speed, startMs, random }) {
  const { setTimeout: realTimeout, setInterval: realInterval } = globalThis;
  const monotonicMs = performance.now.bind(performance);
  const beganMs = monotonicMs();
  const elapsedMs = () => (monotonicMs() - beganMs) * speed;
  performance.now = elapsedMs;
  // oxlint-disable-next-line no-restricted-properties -- it is what the program's clock asks
  Date.now = () => Math.floor(startMs + elapsedMs());
  globalThis.setTimeout = (callback, delayMs, ...rest) => realTimeout(callback, delayMs / speed, ...rest);
  globalThis.setInterval = (callback, delayMs, ...rest) => realInterval(callback, delayMs / speed, ...rest);
  Math.random = () => random;
}
