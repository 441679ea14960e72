/** Collects the values of an option that is given once for each, `--san A --san B`, without taking in what follows it. */
export function repeated(value: string, before: readonly string[] | undefined): readonly string[] {
  return [...before ?? [], value];
}
