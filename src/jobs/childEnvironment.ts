/** Variables that a process needs to find files, folders and the user's language. */
const general = /^(PATH|HOME|USER|LOGNAME|SHELL|LANG|LANGUAGE|LC_.*|TZ|TMP|TEMP|TMPDIR|XDG_.*)$/;

/** The same on Windows, whose names are in any case. */
const windows =
  /^(PATH|PATHEXT|COMSPEC|SYSTEMROOT|SYSTEMDRIVE|WINDIR|TMP|TEMP|USERNAME|USERPROFILE|HOMEDRIVE|HOMEPATH|APPDATA|LOCALAPPDATA|PROGRAMDATA|PROGRAMFILES.*|COMMONPROGRAMFILES.*|NUMBER_OF_PROCESSORS|PROCESSOR_.*|OS)$/i;

/** What the drivers of compute devices and the memory allocator read. */
const devices =
  /^(LD_LIBRARY_PATH|DYLD_LIBRARY_PATH|DYLD_FALLBACK_LIBRARY_PATH|DISPLAY|WAYLAND_DISPLAY|XAUTHORITY|(VK|CUDA|CUDNN|NVIDIA|MESA|LIBGL|DRI|GALLIUM|ORT|OMP|MALLOC)_.*)$/;

/** What tells where this program finds others. */
const programs = /^UNIPT_FFMPEG$/;

/**
 * The environment of processes that this program starts: a short list, so that neither an editor's own variables (sockets,
 * loaders, inspector options) nor secrets of the shell get into them.
 */
export function childEnvironment(
  own: NodeJS.ProcessEnv = process.env,
  platform: NodeJS.Platform = process.platform,
): Record<string, string> {
  const isNeeded = (name: string): boolean =>
    devices.test(name) || programs.test(name) || (platform === "win32" ? windows : general).test(name);
  const kept = Object.entries(own).flatMap(([name, value]) =>
    value !== undefined && isNeeded(name) ? [[name, value] as const] : [],
  );
  // In the desktop editor the executable is Electron's, which this variable makes behave as Node.
  return { ...Object.fromEntries(kept), ELECTRON_RUN_AS_NODE: "1" };
}

/** Windows opens a console window for a process that has none; Node's types of `fork` do not know this option of `spawn`. */
export const noConsole: object = { windowsHide: true };
