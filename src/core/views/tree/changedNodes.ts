import type { TreeNode } from "./experimentTree";

/**
 * Which rows have to be drawn again: those that look different, and those that have other rows below them, with all of which
 * they are drawn. The rows below a row that is drawn again with its children are left out.
 * @returns identifiers of rows of `before`; `everything` when the top rows are others
 */
export function changedNodes(
  before: readonly TreeNode[],
  after: readonly TreeNode[],
): readonly string[] | "everything" {
  if (before.length !== after.length || before.some(({ id }, i) => id !== after[i]?.id)) return "everything";
  return before.flatMap((node, i) => {
    const next = after[i];
    return next === undefined || node === next ? [] : changesWithin(node, next);
  });
}

function changesWithin(before: TreeNode, after: TreeNode): readonly string[] {
  const below = changedNodes(before.children, after.children);
  if (below === "everything" || !looksSame(before, after)) return [before.id];
  return below;
}

function looksSame(a: TreeNode, b: TreeNode): boolean {
  return (
    a.label === b.label &&
    a.description === b.description &&
    a.contextValue === b.contextValue &&
    a.spoken === b.spoken &&
    a.isChecked === b.isChecked &&
    a.icon.name === b.icon.name &&
    a.icon.color === b.icon.color
  );
}
