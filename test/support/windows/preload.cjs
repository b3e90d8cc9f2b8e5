// Preloaded into the program under test, to set up its environment and clock.
const { Socket } = require('node:net');

// Wine replaces variables with those of its own user.
for (const [name, value] of Object.entries(JSON.parse(process.env.STREAMDIVER_TEST_ENV)))
  process.env[name] = value;
delete process.env.STREAMDIVER_TEST_ENV;

// Wine does not support this socket option, and Node.js treats that as a broken socket.
Socket.prototype.setKeepAlive = function setKeepAlive() {
  return this;
};

const world = process.env.STREAMDIVER_TEST_WORLD;
delete process.env.STREAMDIVER_TEST_WORLD;
if (world !== undefined) change(JSON.parse(world));

/** A clock like that of `createFastClock`, and a constant random number. */
function change({ speed, startMs, random }) {
  const { setTimeout: realTimeout, setInterval: realInterval } = globalThis;
  const monotonicMs = performance.now.bind(performance);
  const beganMs = monotonicMs();
  const elapsedMs = () => (monotonicMs() - beganMs) * speed;
  performance.now = elapsedMs;
  // oxlint-disable-next-line no-restricted-properties -- the program's clock reads it
  Date.now = () => Math.floor(startMs + elapsedMs());
  globalThis.setTimeout = (callback, delayMs, ...rest) => realTimeout(callback, delayMs / speed, ...rest);
  globalThis.setInterval = (callback, delayMs, ...rest) => realInterval(callback, delayMs / speed, ...rest);
  Math.random = () => random;
}
