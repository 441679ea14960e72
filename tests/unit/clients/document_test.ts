import assert from "node:assert/strict";
import { at, type Document, NotReadable, same, withValue } from "../../../lib/clients/document.ts";
import { jsonDocument } from "../../../lib/clients/json_document.ts";
import { tomlDocument } from "../../../lib/clients/toml_document.ts";
import { seededNumbers } from "../../support/random.ts";
import { pick, randomJsonc, randomToml } from "./random_documents.ts";

const ROUNDS = 400;
const ENTRY = { command: "/opt/a b/kioku-mesh", args: ["mcp", "serve"], env: { A: "1", B: "x\\y" } };

const LANGUAGES = [
  ["JSONC", "servers", randomJsonc, (text: string) => jsonDocument(text, false)],
  ["TOML", "mcp_servers", randomToml, tomlDocument],
] as const;

for (const [language, container, make, open] of LANGUAGES) {
  Deno.test(`${language}: a server is added without touching a byte of the rest, and taken away without a trace`, () => {
    for (let seed = 1; seed <= ROUNDS; seed++) {
      const text = make(seededNumbers(seed), container);
      const before = open(text);
      const way = [container, "kioku"];
      const after = before.set(way, ENTRY);
      assert.ok(
        isWithin(text, after.text),
        `seed ${seed}: something else changed\n${text}\n---\n${after.text}`,
      );
      assert.ok(same(after.value, withValue(before.value, way, ENTRY)), `seed ${seed}: ${after.text}`);
      const without = after.remove(way);
      assert.ok(same(without.value, rest(before, container)), `seed ${seed}: ${without.text}`);
      if (!isHolding(at(before.value, [container]))) continue;
      assert.equal(without.text, text, `seed ${seed}: not what it was`);
    }
  });

  Deno.test(`${language}: a server is changed in its place, whatever stands around it`, () => {
    for (let seed = 1; seed <= ROUNDS; seed++) {
      const next = seededNumbers(seed);
      const text =
        open(make(next, container)).set([container, "kioku"], { ...ENTRY, command: "OLD COMMAND" }).text;
      const changed = open(text).set([container, "kioku", "command"], "new").text;
      assert.equal(changed, text.replace('"OLD COMMAND"', '"new"'), `seed ${seed}`);
      const more = open(text).set([container, "kioku", "env", "MORE"], pick(next, ["1", 'a"b']));
      assert.ok(isWithin(text, more.text), `seed ${seed}: ${more.text}`);
      const renamed = open(text).rename([container, "kioku", "env", "A"], "OTHER").text;
      assert.deepEqual(
        at(open(renamed).value, [container, "kioku", "env"]),
        { OTHER: "1", B: "x\\y" },
        `seed ${seed}`,
      );
    }
  });

  Deno.test(`${language}: any server can be taken away, and only it`, () => {
    for (let seed = 1; seed <= ROUNDS; seed++) {
      const document = open(make(seededNumbers(seed), container));
      const servers = at(document.value, [container]);
      for (const name of Object.keys(Object(servers))) {
        const after = document.remove([container, name]);
        const expected = withValue(document.value, [container, name], undefined);
        const emptied = withValue(document.value, [container], undefined);
        assert.ok(
          same(after.value, expected) ||
            (Object.keys(Object(servers)).length === 1 && same(after.value, emptied)),
          `seed ${seed}, ${name}:\n${document.text}\n---\n${after.text}`,
        );
        assert.ok(isWithin(after.text, document.text), `seed ${seed}, ${name}: something was added`);
      }
    }
  });
}

Deno.test("what a line comment would swallow stays on its own line", () => {
  const texts = [
    '{\n  // c\n  "k": 1 }',
    '{\n  "a": 1, // c\n  "k": 2 }',
    '{\n  // c\n  "k": 1, "b": 2\n}',
    '{\n  "a": 1 // c\n  , "k": 2\n}',
    '{\n  "a": 1,\n  "k": 2 // mine\n}',
  ];
  for (const text of texts) {
    const before = jsonDocument(text, false);
    const after = before.remove(["k"]);
    assert.ok(same(after.value, withValue(before.value, ["k"], undefined)), after.text);
    assert.equal(after.text.includes("// mine"), text.includes("// mine"), "a comment beside it is not ours");
  }
});

Deno.test("lists get and lose items in place", () => {
  for (
    const text of [
      '{"hooks": {"Start": [{"a": 1}]}}',
      '{\n  // c\n  "hooks": {\n    "Start": [\n      {"a": 1}, // one\n    ]\n  }\n}\n',
    ]
  ) {
    const before = jsonDocument(text, false);
    const after = before.append(["hooks", "Start"], { b: 2 });
    assert.deepEqual(at(after.value, ["hooks", "Start"]), [{ a: 1 }, { b: 2 }]);
    assert.equal(after.remove(["hooks", "Start", 1]).text, text);
    assert.deepEqual(at(after.remove(["hooks", "Start", 0]).value, ["hooks", "Start"]), [{ b: 2 }]);
  }
  assert.deepEqual(jsonDocument("", true).append(["hooks", "Start"], 1).value, { hooks: { Start: [1] } });
});

Deno.test("what cannot be read is refused with its line", () => {
  const wrong: readonly (readonly [() => Document, number, RegExp])[] = [
    [() => jsonDocument('{\n  "a": 1\n  "b": 2\n}', true), 3, /comma expected/],
    [() => jsonDocument('{\n  "a": 1, // no\n}', true), 2, /comment/],
    [() => jsonDocument('{\n  "a": 1,\n}', true), 3, /expected/],
    [() => jsonDocument('{\n  "a": 1,\n  "a": 2\n}', false), 3, /"a" stands there twice/],
    [() => jsonDocument('{"a": NaN}', true), 1, /./],
    [() => jsonDocument('{"a": 1} {', false), 1, /./],
    [() => jsonDocument("[".repeat(200_000), false), 1, /deep|expected/],
    [() => tomlDocument("a = 1\nb = \nc = 3\n"), 3, /./],
    [() => tomlDocument("[x]\na = 1\n[x]\n"), 3, /multiple times/],
  ];
  for (const [open, line, why] of wrong) {
    assert.throws(
      open,
      (error) => error instanceof NotReadable && error.line === line && why.test(error.message),
    );
  }
});

// Whether the text is what remains of the longer one when pieces are cut out of it.
function isWithin(text: string, longer: string): boolean {
  let at = 0;
  for (let index = 0; index < longer.length && at < text.length; index++) {
    if (longer.charAt(index) === text.charAt(at)) at++;
  }
  return at === text.length;
}

function isHolding(value: unknown): boolean {
  return typeof value === "object" && value !== null && Object.keys(value).length > 0;
}

// An added container stays, empty, in JSON; in TOML nothing stays.
function rest({ value }: Document, container: string): unknown {
  const there = at(value, [container]);
  if (there !== undefined || container === "mcp_servers") return value ?? {};
  return withValue(value ?? {}, [container], {});
}
