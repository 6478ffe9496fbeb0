import type { EventRecord } from "./eventRecord";
import { EventHistory } from "./eventHistory";
import type { FileSystem } from "./fileSystem";

/** The beginning tells what is planned, the end how far it is. */
const endBytes = 1 << 18;
/** Places in between, and how much is read at each. */
const places = 240;
const placeBytes = 1 << 13;

/**
 * Reads a long event log in samples, evenly spread: enough to show its course at once, while reading all of it takes seconds.
 * @param size of the log in bytes; more than the samples together
 */
export async function skimEventLog(fs: FileSystem, path: string, size: number): Promise<readonly EventRecord[]> {
  const history = new EventHistory();
  const take = async (offset: number, length: number): Promise<void> => {
    history.push(await fs.read(path, { offset, length }));
    // A sample ends within a line; what follows begins within another.
    history.push(lineFeed);
  };
  await take(0, endBytes);
  const stride = (size - 2 * endBytes) / places;
  for (let place = 0; place < places; place++) await take(Math.floor(endBytes + place * stride), placeBytes);
  await take(size - endBytes, endBytes);
  return history.records;
}

const lineFeed = Uint8Array.of(0x0a);
