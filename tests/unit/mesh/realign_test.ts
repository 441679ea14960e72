import assert from "node:assert/strict";
import { askToRealign, type Extent, Realignments, realignState, wider } from "../../../lib/mesh/realign.ts";
import { testContext } from "../../support/context.ts";

Deno.test("what is asked of a peer is done once, from its own beginning on, and told step by step", () => {
  using context = testContext();
  const { store } = context;
  askToRealign(store, { id: "before the peer started", extent: "everything" });
  const asked: Extent[] = [];
  const peer = new Realignments(store, (extent) => void asked.push(extent));
  peer.look();
  assert.deepEqual(asked, []);

  askToRealign(store, { id: "one", extent: "tombstones" });
  // One that began before, and one that goes less far, are not what was asked for.
  for (const extent of [undefined, "sums"] as const) {
    if (extent !== undefined) peer.begins(extent);
    peer.progress(1, 2);
    peer.finished({ fetched: 9, published: 9 });
    assert.equal(realignState(store, "one"), undefined);
    peer.look();
    peer.look();
    assert.deepEqual(asked, ["tombstones"]);
  }
  // The session ended: it is asked for anew.
  peer.again();
  assert.deepEqual(asked, ["tombstones", "tombstones"]);
  peer.begins("everything");
  peer.progress(1, 2);
  assert.deepEqual(realignState(store, "one"), { id: "one", done: 1, of: 2, result: undefined });
  assert.equal(realignState(store, "another"), undefined);
  peer.finished({ fetched: 3, published: 4 });
  assert.deepEqual(realignState(store, "one")?.result, { fetched: 3, published: 4 });
  peer.again();
  peer.look();
  assert.equal(asked.length, 2);
});

Deno.test("a request that comes while another is done is done after it", () => {
  using context = testContext();
  const { store } = context;
  const asked: Extent[] = [];
  const peer = new Realignments(store, (extent) => void asked.push(extent));
  askToRealign(store, { id: "one", extent: "everything" });
  peer.look();
  peer.begins("everything");
  askToRealign(store, { id: "two", extent: "everything" });
  peer.look();
  peer.finished({ fetched: 1, published: 0 });
  assert.equal(realignState(store, "two"), undefined);
  peer.begins("everything");
  peer.finished({ fetched: 2, published: 0 });
  assert.deepEqual(realignState(store, "two")?.result, { fetched: 2, published: 0 });
  assert.deepEqual(asked, ["everything", "everything"]);
});

Deno.test("of two extents the wider one holds", () => {
  assert.equal(wider("sums", "tombstones"), "tombstones");
  assert.equal(wider("everything", "tombstones"), "everything");
});
