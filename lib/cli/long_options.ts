/**
 * Completes long options that are given by their beginning (`--sub x` for `--subject x`), as Python's version took them
 * (compat cli §1.0). One that fits several options is left for the parser to refuse.
 */
export function expandLongOptions(args: readonly string[], known: readonly string[]): string[] {
  const end = args.indexOf("--");
  return args.map((arg, index) => {
    if (!arg.startsWith("--") || arg === "--" || (end >= 0 && index > end)) return arg;
    const [name = "", ...value] = arg.split("=");
    if (known.includes(name)) return arg;
    const fitting = known.filter((option) => option.startsWith(name));
    const [only] = fitting;
    return only === undefined || fitting.length > 1 ? arg : [only, ...value].join("=");
  });
}

/**
 * Gives an option that may stand alone an empty value when it does (`--wait` or `--wait=5`), so that it never takes the
 * argument that follows for its value.
 */
export function standAlone(args: readonly string[], mayStandAlone: readonly string[]): string[] {
  const end = args.indexOf("--");
  return args.map((arg, index) => mayStandAlone.includes(arg) && (end < 0 || index < end) ? `${arg}=` : arg);
}
