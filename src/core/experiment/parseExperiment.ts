import { UserError } from "../errors";
import type { Fault } from "./describeIssue";
import { describeIssues } from "./describeIssue";
import { ExperimentConfig as ExperimentSchema } from "./experimentConfig";
import type { ExperimentConfig } from "./experimentConfig";
import { experimentJsonSchema } from "./jsonSchema";
import { locate, parseJsonText, valueOf } from "./jsonText";
import type { Problem, TextRange } from "./problem";
import { lineAndColumn, lineStarts, maxProblems } from "./problem";
import type { RunPlan } from "./runPlan";
import { planRuns } from "./runPlan";
import type { KeyPath } from "./schemaPath";
import { resolveVariants } from "./variants";

export type ParsedExperiment =
  | { readonly config: ExperimentConfig; readonly plans: readonly RunPlan[]; readonly problems: readonly [] }
  | { readonly config?: undefined; readonly problems: readonly [Problem, ...Problem[]] };

/**
 * Reads an experiment file: JSON with comments and trailing commas → complete settings and the runs they ask for, or every
 * problem at its exact place. Never throws, whatever the text.
 * @param file name used in messages
 */
export function parseExperiment(text: string, file: string): ParsedExperiment {
  const starts = lineStarts(text);
  const problem = (subject: string, words: string, keyPath: KeyPath, isKey: boolean, range: TextRange): Problem => ({
    message: `${file}: ${subject} ${words}.`.replace(/([?.])\.$/, "$1"),
    path: dotted(keyPath),
    keyPath,
    isKey,
    ...lineAndColumn(starts, range.offset),
    length: Math.max(1, range.length),
  });
  const { root, faults } = parseJsonText(text);
  const broken = faults.slice(0, maxProblems).map((fault) => problem("the file", fault.text, [], false, fault));
  if (root === undefined) return { problems: broken as [Problem, ...Problem[]] };
  if (isFilled(broken)) return { problems: broken };

  const locateFault = ({ path, text: words, isKey }: Fault, place: KeyPath = path, variant?: string): Problem => {
    const owner = variant === undefined ? "" : ` of variant "${variant}"`;
    const subject = path.length === 0 ? "the file" : `"${dotted(path)}"${owner}`;
    return problem(subject, words, place, isKey, locate(root, place, isKey ? "key" : "value"));
  };
  const document = valueOf(root);
  const parsed = ExperimentSchema.safeParse(document, { reportInput: true });
  if (!parsed.success) {
    const found = describeIssues(parsed.error.issues, document, experimentJsonSchema());
    return { problems: inOrder(found.map((fault) => locateFault(fault))) };
  }
  const resolved = resolveVariants(document as object, parsed.data);
  const problems = resolved.faults.slice(0, maxProblems).map(({ place, variant, fault }) => {
    return locateFault(fault, place, variant);
  });
  if (isFilled(problems)) return { problems: inOrder(problems) };
  return { config: parsed.data, plans: planRuns(resolved.variants), problems: [] };
}

/**
 * As {@link parseExperiment}, for callers that cannot go on.
 * @throws UserError with the first problem and the number of others
 */
export function parseExperimentOrThrow(
  text: string,
  file: string,
): { config: ExperimentConfig; plans: readonly RunPlan[] } {
  const parsed = parseExperiment(text, file);
  if (parsed.config !== undefined) return parsed;
  const [first, ...others] = parsed.problems;
  const more = others.length === 0 ? "" : ` (and ${others.length} more)`;
  throw new UserError(`${first.message.replace(`${file}:`, `${file}:${first.line}:${first.column}:`)}${more}`);
}

function dotted(path: KeyPath): string {
  return path.reduce<string>((text, segment) => {
    if (typeof segment === "number") return `${text}[${segment}]`;
    const name = segment.length <= 100 ? segment : `${segment.slice(0, 99)}…`;
    return text === "" ? name : `${text}.${name}`;
  }, "");
}

function isFilled<T>(list: readonly T[]): list is readonly [T, ...T[]] {
  return list.length > 0;
}

function inOrder(problems: readonly Problem[]): readonly [Problem, ...Problem[]] {
  return [...problems].sort((a, b) => a.line - b.line || a.column - b.column) as [Problem, ...Problem[]];
}
