import assert from "node:assert/strict";
import { stem } from "porter2";

// What the reference implementation of Porter2 gives; between them the words go through every rule.
const STEMS =
  `skies sky, dying die, news news, caresses caress, ponies poni, ties tie, cried cri, gas gas, this this, kiwis kiwi,
  gaps gap, agreed agre, feed feed, plastered plaster, bled bled, motoring motor, sing sing, conflated conflat, troubled troubl,
  sized size, hopping hop, filing file, failing fail, hoped hope, happy happi, by by, say say, relational relat,
  conditional condit, rationalization ration, callousness callous, hopefulness hope, decisively decis, sensibility sensibl,
  vietnamization vietnam, digitizer digit, operator oper, feudalism feudal, formality formal, sensitivity sensit,
  analogy analog, apology apolog, radically radic, vaguely vagu, fruitlessly fruitless, triplicate triplic,
  formalize formal, electrical electr, electricity electr, goodness good, formative format, demonstrative demonstr,
  revival reviv, allowance allow, inference infer, airliner airlin, adjustable adjust, defensible defens, irritant irrit,
  replacement replac, adjustment adjust, dependent depend, adoption adopt, communism communism, activate activ,
  effective effect, bowdlerize bowdler, probate probat, rate rate, cease ceas, controll control, roll roll,
  generalization general, communities communiti, arsenal arsenal, inning inning, proceed proceed, yes yes, youth youth,
  boying boy, syzygy syzygi`;

Deno.test("English words have the stems of Porter2", () => {
  for (const pair of STEMS.split(",")) {
    const [word = "", expected] = pair.trim().split(" ");
    assert.equal(stem(word), expected, word);
  }
});

Deno.test("the forms of a developer's words meet in one stem", () => {
  for (
    const forms of [
      "timeout timeouts",
      "cache caches cached caching",
      "query queries queried querying",
      "migrate migrates migrated migrating migration migrations",
      "deploy deploys deployed deploying",
      "configure configured configuration",
    ]
  ) {
    const stems = new Set(forms.split(" ").map(stem));
    assert.equal(stems.size, 1, `${forms}: ${[...stems].join(" ")}`);
  }
});
