import { randomBytes } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { z } from "zod";
import { JobCommand, JobRecord, JobState } from "../core/experiment/jobRecord";
import { writeJsonAtomic } from "../store/atomicFile";
import { errorCode, type FileSystem } from "../store/fileSystem";
import { lockState } from "../store/lockFile";
import type { ProcessTable } from "../store/processIdentity";
import { storageError } from "../store/storageError";

/** What lies where in the directory of a job; beside them lie the lock of the process that works on it, and requests. */
export const jobFiles = { record: "job.json", state: "state.json", log: "log.txt" } as const;

const requestPattern = /^request-[a-z0-9-]+\.json$/;

/** Folder of the jobs whose runs lie in `runsDirectory`. */
export function jobsDirectoryOf(runsDirectory: string): string {
  return join(runsDirectory, ".jobs");
}

/** Makes the directory of a new job and returns its path. @throws UserError when the disk refuses */
export async function makeJobDirectory(runsDirectory: string): Promise<string> {
  const jobs = jobsDirectoryOf(runsDirectory);
  const directory = join(jobs, uniqueName());
  try {
    await mkdir(directory, { recursive: true });
    await writeFile(join(jobs, ".gitignore"), "*\n");
    return directory;
  } catch (error) {
    throw storageError("make", directory, error);
  }
}

/** A job as another process sees it. */
export interface JobView {
  readonly record: JobRecord;
  readonly state: JobState;
  /** Whether a process works on it. */
  readonly isAlive: boolean;
}

/**
 * Reads a job; undefined when its directory is gone, or its files are not complete or of another version. Only reads.
 * @param fs `now` is the time on the directory's disk
 */
export async function readJob(
  fs: FileSystem,
  directory: string,
  processes: ProcessTable,
  now: number,
): Promise<JobView | undefined> {
  const record = await readFileAs(fs, join(directory, jobFiles.record), JobRecord);
  const state = await readFileAs(fs, join(directory, jobFiles.state), JobState);
  if (!record || !state) return undefined;
  return { record, state, isAlive: await isAlive(fs, directory, processes, now) };
}

/** How far a job is; undefined when there is nothing to read. */
export function readJobState(fs: FileSystem, directory: string): Promise<JobState | undefined> {
  return readFileAs(fs, join(directory, jobFiles.state), JobState);
}

/** Whether a process works on a job. */
export async function isAlive(
  fs: FileSystem,
  directory: string,
  processes: ProcessTable,
  now: number,
): Promise<boolean> {
  try {
    return (await lockState(fs, directory, processes, now)).isHeld;
  } catch (error) {
    if (errorCode(error) === "ENOENT") return false;
    throw error;
  }
}

/** Asks the process that works on a job for something; it looks every 250 ms. @throws UserError when the disk refuses */
export async function requestOf(fs: FileSystem, directory: string, command: JobCommand): Promise<void> {
  await writeJsonAtomic(fs, join(directory, `request-${uniqueName()}.json`), command);
}

/** Takes the requests that lie in a job's directory away. What is no request of this version is dropped. */
export async function takeRequests(
  fs: FileSystem,
  directory: string,
  names: readonly string[],
): Promise<readonly JobCommand[]> {
  const commands: JobCommand[] = [];
  // Names begin with the time, so this is the order in which they were made.
  for (const name of names.filter((entry) => requestPattern.test(entry)).toSorted()) {
    const command = await readFileAs(fs, join(directory, name), JobCommand);
    await fs.remove(join(directory, name)).catch(() => undefined);
    if (command) commands.push(command);
  }
  return commands;
}

function uniqueName(): string {
  return `${Date.now().toString(36)}-${process.pid}-${randomBytes(4).toString("hex")}`;
}

async function readFileAs<T>(fs: FileSystem, path: string, schema: z.ZodType<T>): Promise<T | undefined> {
  try {
    return schema.safeParse(JSON.parse(new TextDecoder().decode(await fs.read(path)))).data;
  } catch (error) {
    if (error instanceof SyntaxError || errorCode(error) === "ENOENT") return undefined;
    throw storageError("read", path, error);
  }
}
