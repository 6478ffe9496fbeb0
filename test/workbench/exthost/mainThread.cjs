// What the extension host's event loop is kept by, told from waiting for a processor that other programs use.
const { availableParallelism, loadavg } = require("node:os");
const { performance } = require("node:perf_hooks");
const { clearInterval, setInterval } = require("node:timers");

const TICK_MS = 5;

/** Processor time of this thread so far; of the whole process, threads of native code included, where Node is older than 23.9. */
exports.mainThreadMs = () => {
  const { user, system } = process.threadCpuUsage?.() ?? process.cpuUsage();
  return (user + system) / 1000;
};

/**
 * Watches the event loop from now on.
 * @returns a function that ends it and tells the longest time between two ticks of a clock of 5 ms: as it passed, and as this
 *   thread worked for it, which a busy machine stretches little
 */
exports.watchEventLoop = () => {
  const longest = { wallMs: 0, cpuMs: 0 };
  let [wall, cpu] = [performance.now(), exports.mainThreadMs()];
  const look = () => {
    const [wallNow, cpuNow] = [performance.now(), exports.mainThreadMs()];
    longest.wallMs = Math.max(longest.wallMs, wallNow - wall);
    longest.cpuMs = Math.max(longest.cpuMs, cpuNow - cpu);
    [wall, cpu] = [wallNow, cpuNow];
  };
  const timer = setInterval(look, TICK_MS);
  return () => {
    look();
    clearInterval(timer);
    return longest;
  };
};

/** Work that waits for each processor beyond which times say nothing: even processor time is then several times as long. */
const MOST_LOAD = 3;

/**
 * Fails a test whose time is over its limit, or skips it on a machine that is too busy to tell.
 * @param test the running test of mocha
 */
exports.assertTime = (test, what, milliseconds, limitMs) => {
  if (milliseconds < limitMs) return;
  const load = loadavg()[0] / availableParallelism();
  const text = `${what}: ${milliseconds.toFixed(0)} ms, more than ${limitMs} ms`;
  if (load < MOST_LOAD) throw new Error(text);
  console.log(`[unipt-figure] not counted, ${load.toFixed(1)} programs wait for each processor: ${text}`);
  test.skip();
};
