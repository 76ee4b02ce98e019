// Finds the number whose SHA-256, behind the salt, is the challenge. Many are tried at once: each is a call that waits.

const TOGETHER = 256;
const encoder = new TextEncoder();

const isEqual = (hash, wanted) => wanted.every((byte, place) => byte === hash[place]);

onmessage = async ({ data: { salt, challenge, maxnumber } }) => {
  const wanted = challenge.match(/../g).map((pair) => parseInt(pair, 16));
  for (let first = 0; first <= maxnumber; first += TOGETHER) {
    const numbers = Array.from({ length: TOGETHER }, (_, place) => first + place);
    const hashes = await Promise.all(
      numbers.map((number) => crypto.subtle.digest("SHA-256", encoder.encode(salt + number))),
    );
    const place = hashes.findIndex((hash) => isEqual(new Uint8Array(hash), wanted));
    if (place >= 0) return postMessage(numbers[place]);
  }
};
