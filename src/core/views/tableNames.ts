/** The tables of a run; each row names the record it came from, so that a resumed run can take rows back. */
export const tableNames = ["steps", "evaluations", "epochs", "memory"] as const;
export type TableName = (typeof tableNames)[number];
