import assert from "node:assert/strict";
import { COMMANDS } from "../../lib/cli/table.ts";
import { launcher } from "./support/launcher.ts";
import { type Home, newHome } from "./support/program.ts";

/** A home with memories in two projects, and the program on the path. */
interface Typist extends Disposable {
  readonly home: Home;
  readonly ids: readonly string[];
  /** Runs a shell with a script and gives what it prints. */
  run(shell: readonly string[], script: string): Promise<string>;
}

async function typist(): Promise<Typist> {
  const home = newHome({ KIOKU_MESH_USER_ID: "alice" });
  const bin = launcher(home);
  const ids: string[] = [];
  for (const [text, project, tags] of [["one", "shop", "red,green"], ["two", "my own's", "red"]] as const) {
    const saved = await home.ok(["save", text, "-p", project, "--tags", tags, "--json"]);
    ids.push(JSON.parse(saved).observation_id);
  }
  for (const shell of ["bash", "zsh", "fish"]) {
    Deno.writeTextFileSync(home.at(shell), await home.ok(["completion", shell]));
  }
  Deno.writeTextFileSync(home.at("a file.md"), "");
  return {
    home,
    ids,
    async run([command = "", ...args], script) {
      const { env, cwd } = home.invocation([]);
      const { success, stdout, stderr } = await new Deno.Command(command, {
        args: [...args, script],
        env: { ...env, PATH: `${bin}:${env.PATH}`, TERM: "dumb" },
        cwd,
        clearEnv: true,
        stdin: "null",
        signal: AbortSignal.timeout(60_000),
      }).output();
      const decoder = new TextDecoder();
      assert.ok(success, decoder.decode(stderr) + decoder.decode(stdout));
      return decoder.decode(stdout);
    },
    [Symbol.dispose]: () => home[Symbol.dispose](),
  };
}

/** What is typed, word by word, the last one not finished, and what has to be offered, in any order. */
function cases([first = "", second = ""]: readonly string[]): [typed: string[], offered: string[]][] {
  return [
    [["sup"], ["supersede"]],
    [["get", first.slice(0, 10)], [first]],
    [["tag", second.slice(0, 10)], [second]],
    [["supersede", first, "--with", second.slice(0, 10)], [second]],
    [["save", "x", "--supersedes", `${first},${second.slice(0, 10)}`], [`${first},${second}`]],
    [["save", "x", "--project", "sh"], ["shop"]],
    [["save", "x", "--tags", ""], ["green", "red"]],
    [["save", "x", "--tags", "red,"], ["red,green"]],
    [["search", "--scope", "u"], ["user/alice"]],
    [["search", "--format", ""], ["json", "markdown", "text"]],
    [["export", "--format", ""], ["folder", "jsonl", "markdown"]],
    [["save", "x", "--allow"], ["--allow-secret"]],
    [["peer", "st"], ["status"]],
    [["peer", "status", "--js"], ["--json"]],
    [["-p", "x", "nonsense", ""], []],
    [["save", "--", "--allow"], []],
    [["completion", ""], ["bash", "fish", "powershell", "zsh"]],
  ];
}

function isThere(shell: string): boolean {
  try {
    return new Deno.Command(shell, { args: ["--version"], stdout: "null", stderr: "null" }).outputSync()
      .success;
  } catch {
    return false;
  }
}

const quoted = (word: string) => `'${word.replaceAll("'", `'\\''`)}'`;

Deno.test({
  name: "bash completes commands, options, words and what is stored",
  ignore: !isThere("bash"),
  async fn() {
    using shell = await typist();
    const all = cases(shell.ids);
    const script = [
      `source ${quoted(shell.home.at("bash"))}`,
      `try() { COMP_WORDS=(kioku-mesh "$@"); COMP_CWORD=$#; _kioku_mesh; printf '%s\\n' "\${COMPREPLY[@]}" ===; }`,
      ...all.map(([typed]) => `try ${typed.map(quoted).join(" ")}`),
      // As bash splits an option and its value, a word with blanks, one in quotes, and files.
      `try save x --project = sh`,
      `try save x --project =`,
      `try save x --project my`,
      `try save x --project ${quoted(`"my`)}`,
      `try import a`,
    ].join("\n");
    const offered = (await shell.run(["bash", "--norc", "-c"], script)).split("===\n").map((text) =>
      text.split("\n").filter((line) => line !== "").sort()
    );
    const expected = [
      ...all.map(([, list]) => list),
      ["shop"],
      ["my\\ own\\'s", "shop"],
      ["my\\ own\\'s"],
      ["my own's"],
      ["a file.md"],
    ];
    assert.deepEqual(offered.slice(0, -1), expected);
  },
});

Deno.test({
  name: "a person at bash presses the key and gets the rest of the word",
  ignore: !isThere("bash") || !isThere("script"),
  async fn() {
    using shell = await typist();
    const { home } = shell;
    Deno.writeTextFileSync(home.at("rc"), `source ${quoted(home.at("bash"))}\nPS1=\n`);
    Deno.writeTextFileSync(home.at("keys"), `kioku-mesh search --proj\tsh\t --format js\t > found\nexit\n`);
    await shell.run(
      ["sh", "-c"],
      `script --quiet --command "bash --rcfile rc -i" /dev/null < keys`,
    );
    const found = JSON.parse(Deno.readTextFileSync(home.at("found")));
    assert.deepEqual(found.map(({ project }: { project: string }) => project), ["shop"]);
  },
});

Deno.test({
  name: "fish completes commands, options, words and what is stored",
  ignore: !isThere("fish"),
  async fn() {
    using shell = await typist();
    const all = cases(shell.ids);
    const tries = all.map(([typed]) => {
      const line = ["kioku-mesh", ...typed].join(" ");
      return `complete -C ${quoted(line)}; echo ===`;
    });
    const script = [
      `source ${quoted(shell.home.at("fish"))}`,
      ...tries,
      "complete -C 'kioku-mesh save x --project=sh'; echo ===",
      "complete -C 'kioku-mesh save x --project my'; echo ===",
      "complete -C 'kioku-mesh import a'; echo ===",
    ].join("\n");
    const offered = (await shell.run(["fish", "--no-config", "-c"], script)).split("===\n").map((text) =>
      text.split("\n").flatMap((line) => line === "" ? [] : [line.split("\t")[0]]).sort()
    );
    const expected = [...all.map(([, list]) => list), ["--project=shop"], ["my own's"], ["a file.md"]];
    assert.deepEqual(offered.slice(0, -1), expected);
  },
});

Deno.test({
  name: "zsh completes commands, options, words and what is stored, as a person types them",
  ignore: !isThere("zsh"),
  async fn() {
    using shell = await typist();
    const [first = ""] = shell.ids;
    const typed: readonly (readonly [keys: string, line: string])[] = [
      ["sup\t", "supersede "],
      [`get ${first.slice(0, 10)}\t`, `get ${first} `],
      ["save x --project sh\t", "save x --project shop "],
      ["save x --project=sh\t", "save x --project=shop "],
      ["save x --project my\t", "save x --project my\\ own\\'s "],
      ["save x --tags red,\t", "save x --tags red,green "],
      ["search --scope u\t", "search --scope user/alice "],
      ["export --format fo\t", "export --format folder "],
      ["save x --allow\t", "save x --allow-secret "],
      ["peer st\t", "peer status "],
      ["peer status --js\t", "peer status --json "],
      ["import a\t", "import a\\ file.md "],
    ];
    // A line is taken up by a key that prints it, so that what the terminal does to it does not matter.
    const setup = [
      "PS1= ; unset zle_bracketed_paste; autoload -Uz compinit && compinit -u -D",
      `source ${quoted(shell.home.at("zsh"))}`,
      `shown() { print -r -- "$BUFFER" >> lines; BUFFER=; echo ; echo TAK''EN }; zle -N shown; bindkey '^X' shown`,
      "echo REA''DY",
    ];
    const script = [
      "zmodload zsh/zpty; zpty shell 'zsh -f -i'",
      ...setup.map((line) => `zpty -w shell ${quoted(line)}`),
      "zpty -r shell out '*READY*'",
      ...typed.flatMap(([keys]) => [
        `zpty -n -w shell $'kioku-mesh ${keys.replaceAll("\t", "\\t")}\\x18'`,
        "zpty -r shell out '*TAKEN*'",
      ]),
      "zpty -d shell",
    ].join("\n");
    await shell.run(["zsh", "-f", "-c"], script);
    const lines = Deno.readTextFileSync(shell.home.at("lines")).trimEnd().split("\n");
    assert.deepEqual(
      lines.map((line) => line.trimEnd()),
      typed.map(([, line]) => `kioku-mesh ${line}`.trimEnd()),
    );
  },
});

Deno.test("every command is in every script, and another shell is refused", async () => {
  using home = newHome();
  for (const shell of ["bash", "zsh", "fish", "powershell"]) {
    const script = await home.ok(["completion", shell]);
    const missing = COMMANDS.flatMap(({ name }) => name.split(" ")).filter((word) => !script.includes(word));
    assert.deepEqual(missing, [], shell);
    assert.match(script, /Load it/);
  }
  const { code, stderr } = await home.run(["completion", "tcsh"]);
  assert.equal(code, 2);
  assert.match(stderr, /not one of bash, zsh, fish, powershell/);
});

Deno.test("what is asked while somebody types makes nothing and disturbs nothing", async () => {
  using home = newHome();
  const quiet = async (args: string[]) => {
    const { code, stdout, stderr } = await home.run(["__complete", ...args]);
    assert.deepEqual([code, stdout, stderr], [0, "", ""], args.join(" "));
  };
  await quiet(["project", ""]);
  await quiet([]);
  await quiet(["bogus", ""]);
  assert.deepEqual([...Deno.readDirSync(home.path)], []);
  await home.ok(["save", "x", "-p", "a\tb"]);
  await home.ok(["save", "y", "-p", "\u202egnp.exe"]);
  await home.ok(["save", "z", "-s", "two\nlines\x1b[31m", "-p", "fine"]);
  assert.equal(await home.ok(["__complete", "project", ""]), "fine\n");
  const lines = (await home.ok(["__complete", "id", ""])).trimEnd().split("\n");
  assert.equal(lines.length, 3);
  assert.match(lines[0] ?? "", /^[0-9a-f]{32}\ttwo lines␛\[31m$/);
  await quiet(["id", "zz"]);
  await quiet(["project", "no such"]);
  await home.ok(["save", "private", "-p", "secret-project", "--visibility", "user"], {
    env: { KIOKU_MESH_USER_ID: "alice" },
  });
  await quiet(["project", "secret"]);
  Deno.writeTextFileSync(`${home.state}/kioku.db`, "no database");
  await quiet(["project", ""]);
  assert.doesNotMatch(await home.ok(["--help"]), /__complete/);
});
