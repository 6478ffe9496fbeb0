/** What is known of the user's places. */
export interface Places {
  /** Folders of the workspace: paths in them are given relative to these. */
  readonly folders: readonly string[];
  readonly home: string;
}

/**
 * Text without paths that tell who and where the user is: paths in the workspace become relative, of others the last part
 * stays. Both kinds of separators are understood.
 */
export function redact(text: string, { folders, home }: Places): string {
  const inside = [...folders]
    .sort((a, b) => b.length - a.length)
    .reduce((rest, folder) => rest.replaceAll(folder, "<workspace>"), text);
  const withoutHome = home.length > 1 ? inside.replaceAll(home, "~") : inside;
  return withoutHome
    .replace(/(?<![\w>~.:/])~?\/(?:[^\s"'“”‘’`,;:()/]+\/)+([^\s"'“”‘’`,;:()/]*)/g, "…/$1")
    .replace(/~\/(?:[^\s"'“”‘’`,;:()/]+\/)*([^\s"'“”‘’`,;:()/]*)/g, "…/$1")
    .replace(/(?:\b[A-Za-z]:|~)\\(?:[^\s"'“”‘’`,;:()\\]+\\)*([^\s"'“”‘’`,;:()\\]*)/g, "…\\$1");
}
