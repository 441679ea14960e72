import assert from "node:assert/strict";
import { newPrivateKey, publicKeyInfo, readPrivateKey } from "../../lib/tls/private_key.ts";
import { seededRandom } from "../support/random.ts";

const ask = (passphrase: string) => () => Promise.resolve(passphrase);

Deno.test("OpenSSL opens what we encrypt, and we open what it encrypts", async () => {
  const openssl = async (args: readonly string[], input: string) => {
    const child = new Deno.Command("openssl", {
      args: [...args],
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const writer = child.stdin.getWriter();
    await writer.write(new TextEncoder().encode(input));
    await writer.close();
    const { success, stdout, stderr } = await child.output();
    assert.ok(success, new TextDecoder().decode(stderr));
    return new TextDecoder().decode(stdout);
  };
  const ours = await newPrivateKey(seededRandom(1), "secret");
  const opened = await openssl(["pkcs8", "-passin", "pass:secret"], ours.pem);
  assert.deepEqual(await publicKeyInfo(await readPrivateKey(opened, "opened")), await publicKeyInfo(ours));
  const plain = await newPrivateKey(seededRandom(2));
  const theirs = await openssl(
    ["pkcs8", "-topk8", "-v2", "aes-256-cbc", "-passout", "pass:secret"],
    plain.pem,
  );
  const read = await readPrivateKey(theirs, "theirs", ask("secret"));
  assert.deepEqual(await publicKeyInfo(read), await publicKeyInfo(plain));
  const old = await openssl(["pkcs8", "-topk8", "-v2", "des3", "-passout", "pass:secret"], plain.pem);
  await assert.rejects(readPrivateKey(old, "old", ask("secret")), /not encrypted with AES-256-CBC/);
});
