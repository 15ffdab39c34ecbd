/** The part of a terminal or file the reporter needs; `process.stdout` is one. */
export interface Output {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/** Columns a line may fill. The last one stays free: many terminals wrap when it is written to. */
export function usableColumns({ columns }: Output): number {
  return columns === undefined ? Infinity : columns - 1;
}
