/**
 * XXH3, 64 bits, seed 0, of 17 to 240 bytes (xxHash specification, "XXH3 Algorithm Overview"): what a storage's name for its
 * replication is made of. Throws a RangeError for other lengths, which no storage of ours has.
 */
export function xxh3(input: Uint8Array): bigint {
  const { length } = input;
  if (length < 17 || length > 240) throw new RangeError(`xxh3 of ${length} bytes`);
  return length <= 128 ? short(input) : middle(input);
}

const MASK = (1n << 64n) - 1n;
const PRIME64_1 = 0x9E3779B185EBCA87n;
const PRIME_MX1 = 0x165667919E3779F9n;

/** The start of the specification's default secret, as far as these lengths need it. */
const SECRET = new DataView(
  Uint8Array.from(
    ("b8fe6c3923a44bbe7c01812cf721ad1cded46de9839097db7240a4a4b7b3671fcb79e64eccc0e578825ad07dccff7221" +
      "b8084674f743248ee03590e6813a264c3c2852bb91c300cb88d0658b1b532ea371644897a20df94e3819ef46a9deacd8" +
      "a8fa763fe39c343ff9dcbbc7c70b4f1d8a51e04bcdb45931c89f7ec9d9787364eac5ac8334d3ebc3")
      .match(/../g)?.map((pair) => Number.parseInt(pair, 16)) ?? [],
  ).buffer,
);

// 17 to 128 bytes: pairs of 16 bytes from both ends towards the middle.
function short(input: Uint8Array): bigint {
  const view = viewOf(input);
  const { length } = input;
  let sum = BigInt(length) * PRIME64_1;
  const pairs = Math.ceil(length / 32);
  for (let n = 0; n < pairs; n++) {
    sum += mix(view, n * 16, n * 32) + mix(view, length - 16 * (n + 1), n * 32 + 16);
  }
  return avalanche(sum & MASK);
}

/** Where the secret is taken up again, and where the last 16 bytes take theirs from. */
const MIDDLE_START = 3;
const MIDDLE_LAST = 136 - 17;

// 129 to 240 bytes: 16 at a time.
function middle(input: Uint8Array): bigint {
  const view = viewOf(input);
  const { length } = input;
  let sum = BigInt(length) * PRIME64_1;
  for (let n = 0; n < 8; n++) sum += mix(view, n * 16, n * 16);
  sum = avalanche(sum & MASK);
  const whole = Math.floor(length / 16);
  for (let n = 8; n < whole; n++) sum += mix(view, n * 16, (n - 8) * 16 + MIDDLE_START);
  sum += mix(view, length - 16, MIDDLE_LAST);
  return avalanche(sum & MASK);
}

function mix(view: DataView, at: number, secret: number): bigint {
  const low = view.getBigUint64(at, true) ^ SECRET.getBigUint64(secret, true);
  const high = view.getBigUint64(at + 8, true) ^ SECRET.getBigUint64(secret + 8, true);
  const product = low * high;
  return (product & MASK) ^ (product >> 64n);
}

function avalanche(hash: bigint): bigint {
  const first = ((hash ^ (hash >> 37n)) * PRIME_MX1) & MASK;
  return first ^ (first >> 32n);
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
