/** Names of this test's variables and their values. */
export type Variables = Readonly<Record<string, string>>;

/**
 * The Python executable of an environment with kioku-mesh 1.2.0, as the variable KIOKU_PYTHON says. Fails when it does
 * not, since a test that leaves out what it is for proves nothing.
 */
export function python(): string {
  const path = Deno.env.get("KIOKU_PYTHON");
  if (path !== undefined && path !== "") return path;
  throw new Error(
    "This test needs the Python version: set KIOKU_PYTHON to the Python executable of a virtual environment " +
      "with kioku-mesh==1.2.0 installed from PyPI.",
  );
}

/** Runs Python's kioku-mesh with these variables alone; gives what it printed. Fails when it fails. */
export function runPythonKioku(variables: Variables, ...args: readonly string[]): string {
  const output = new Deno.Command(python(), {
    args: ["-m", "kioku_mesh", ...args],
    env: { ...variables },
    clearEnv: true,
    stdin: "null",
  }).outputSync();
  const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  if (!output.success) {
    throw new Error(`Python's kioku-mesh ${args.join(" ")} failed: ${decode(output.stderr)}`);
  }
  return decode(output.stdout);
}
