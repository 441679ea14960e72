import assert from "node:assert/strict";
import { DAY, type Micros } from "../../../../lib/core/clock.ts";
import { type ParsedQuery, parseQuery } from "../../../../lib/memory/search/query.ts";
import { parseTime } from "../../../../lib/core/time.ts";
import { anyText } from "./any_text.ts";

const NOW: Micros = parseTime("2026-10-04T12:00:00Z") ?? 0;

/** What a query is read as; what is not given is empty. */
function reads(query: string, expected: Partial<Omit<ParsedQuery, "filters">> & { filters?: object }): void {
  const { filters, ...rest } = expected;
  assert.deepEqual(
    parseQuery(query, NOW),
    { text: "", phrases: [], without: [], ...rest, filters: { tags: [], ...filters } },
    query,
  );
}

Deno.test("words, phrases and exclusions", () => {
  reads("", {});
  reads("  how do  I\tbuild　it? ", { text: "how do I build it?" });
  reads('a "exact  phrase" b "two"', { text: "a b", phrases: ["exact  phrase", "two"] });
  reads("“smart quotes” 「設定」", { text: "「設定」", phrases: ["smart quotes"] });
  reads('a -draft -"work in progress" -設定 -#191', {
    text: "a",
    without: ["draft", "work in progress", "設定", "#191"],
  });
  reads('"" a -""', { text: "a" });
});

Deno.test("a dash excludes only where it can mean that", () => {
  for (const text of ["-", "a - b", "a-b", "--dry-run", "exit code -1", "git push -f", "-->", "-5ms", "-)"]) {
    reads(text, { text });
  }
});

Deno.test("filters", () => {
  reads("project:kioku timeout", { text: "timeout", filters: { project: "kioku" } });
  reads('project:"two words" tag:a tag:"b c" x', {
    text: "x",
    filters: { project: "two words", tags: ["a", "b c"] },
  });
  reads("project:a project:b", { filters: { project: "b" } });
  reads("type:bug type:Decision", { filters: { type: "decision" } });
  reads("agent:claude host:laptop scope:team/acme scope:mesh", {
    filters: { agent: "claude", host: "laptop", scope: "mesh" },
  });
  reads("since:7d until:2026-10-01", { filters: { since: NOW - 7 * DAY, until: parseTime("2026-10-01") } });
});

Deno.test("what is no filter, phrase or exclusion is words, never an error", () => {
  for (
    const text of [
      "since:banana",
      "type:foo",
      "scope:nowhere",
      "project:",
      'tag:""',
      "foo:bar",
      "std::vector<int>",
      "C:\\path\\x",
      "http://example.com/a?b=c",
      "Project:x",
      "subproject:x",
      "project: x",
      'an "unbalanced quote',
      'type:"no such"',
      'say"hi',
      "(a OR b) AND NOT c*",
      "^a ~b 'c'",
    ]
  ) reads(text, { text });
  reads('"a b" "c d', { text: '"c d', phrases: ["a b"] });
  reads('-"a', { text: '-"a' });
});

Deno.test("nothing of a query is lost, whatever stands in it", () => {
  for (let seed = 0; seed < 500; seed++) {
    const query = anyText(seed, 20);
    const { text, phrases, without } = parseQuery(query, NOW);
    // deno-lint-ignore no-control-regex
    const bare = (value: string): string => value.replaceAll(/[\s\0-\x1f"“”＂-]/g, "");
    assert.deepEqual(
      [...bare(text + phrases.join("") + without.join(""))].sort(),
      [...bare(query)].sort(),
      `seed ${seed}`,
    );
  }
});

Deno.test("a million quotes, paired or not, take linear time", () => {
  assert.equal(parseQuery('x"'.repeat(500_000), NOW).phrases.length, 0);
  assert.ok(parseQuery('"“＂ '.repeat(200_000), NOW).phrases.length > 0);
  const started = performance.now();
  assert.equal(parseQuery("“a ".repeat(300_000), NOW).phrases.length, 0);
  // Measured: 0.3 s; looking for a partner each time takes a minute.
  assert.ok(performance.now() - started < 10_000);
});
