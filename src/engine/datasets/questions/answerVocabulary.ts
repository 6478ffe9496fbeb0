import { resolve } from "node:path";

import { UserError } from "../../../core/errors";
import { isRecord, openSource } from "../files/content";
import { jsonOf } from "../files/format";
import { ProblemList } from "../problemList";
import type { QuestionItem } from "../questionDataset";

/** A head for more answers than this would be larger than the network; the raw annotations of VQA v2 have 150,000. */
const maxAnswers = 20_000;
const DATA_KEY = "data.answers";

/**
 * The answers of an answer map in index order: a JSON list (label2ans) or a map from answer to index (ans2label).
 * @param key of the experiment that names the file, for messages
 * @throws UserError when the file is missing, or its indices are not 0 to n − 1, each once
 */
export async function readAnswerMap(
  written: string,
  baseDirectory: string,
  key = DATA_KEY,
): Promise<readonly string[]> {
  const path = resolve(baseDirectory, written);
  const source = await openSource({ key, path: written }, baseDirectory, new ProblemList());
  const value = jsonOf(source);
  const answers = isRecord(value) ? inOrder(value) : value;
  if (!Array.isArray(answers) || answers.length === 0 || !answers.every((answer) => typeof answer === "string"))
    throw new UserError(
      `"${path}" is no answer map; "${key}" takes a JSON list of answers, or a map from answer to its index with the indices 0 to n − 1.`,
    );
  if (new Set(answers).size !== answers.length)
    throw new UserError(`"${path}" names an answer twice; an answer can have one index only.`);
  return checked(answers, `"${path}"`);
}

/** Every answer of the training questions, sorted by code unit. @throws UserError when there is none, or too many */
export function trainingAnswers(items: readonly QuestionItem[], files: string): readonly string[] {
  const answers = new Set<string>();
  for (const item of items) {
    if (item.split === "train") for (const answer of Object.keys(item.answers)) answers.add(answer);
  }
  if (answers.size === 0)
    throw new UserError(
      `No training question of ${files} has an answer; name the answers to choose from in "${DATA_KEY}".`,
    );
  return checked([...answers].sort(), `the training data in ${files}`);
}

function checked(answers: readonly string[], where: string): readonly string[] {
  if (answers.length > maxAnswers)
    throw new UserError(
      `There are ${answers.length} different answers in ${where}, and at most ${maxAnswers} can be chosen from; name the frequent ones in "${DATA_KEY}".`,
    );
  return answers;
}

function inOrder(map: Readonly<Record<string, unknown>>): readonly (string | undefined)[] | undefined {
  const entries = Object.entries(map);
  const answers: (string | undefined)[] = Array.from({ length: entries.length });
  for (const [answer, index] of entries) {
    if (typeof index !== "number" || !Number.isInteger(index) || index < 0 || index >= entries.length) return undefined;
    answers[index] = answer;
  }
  return answers;
}
