import { Failure, messageOf, UsageError } from "../core/errors.ts";
import type { Environment } from "../core/environment.ts";

/**
 * Opens a file in the person's editor and waits until that is closed: $VISUAL, else $EDITOR, else vi. As everywhere else,
 * the variable is a piece of shell, so `code --wait` works. Throws a UsageError without a terminal, since nobody could
 * edit there, and a Failure when the editor cannot be started or says that it failed.
 */
export async function edit(path: string, env: Environment): Promise<void> {
  if (!Deno.stdin.isTerminal() || !Deno.stdout.isTerminal()) {
    throw new UsageError(
      "Cannot open an editor: this is no terminal. Say what changes, as in `kioku-mesh edit ID --content TEXT`.",
    );
  }
  const windows = Deno.build.os === "windows";
  const editor = env.other("VISUAL") ?? env.other("EDITOR") ?? (windows ? "notepad" : "vi");
  const [program = editor, ...words] = windows ? editor.split(/\s+/) : ["sh", "-c", `${editor} "$@"`, "sh"];
  const command = new Deno.Command(program, { args: [...words, path], stdin: "inherit", stdout: "inherit" });
  let code: number;
  try {
    code = (await command.spawn().status).code;
  } catch (error) {
    throw new Failure(
      `Cannot open the editor ${editor}: ${messageOf(error)}. Set EDITOR to one that is there.`,
    );
  }
  if (code !== 0) {
    throw new Failure(`Cannot edit: the editor (${editor}) ended with ${code}. Set EDITOR to another one.`);
  }
}
