/** Programs that compute in the sandbox, by their main operation. A run takes a few to a few tens of milliseconds. */
export const guestPrograms = {
  calls: `const fib = (n) => (n < 2 ? n : fib(n - 1) + fib(n - 2)); return fib(22);`,
  integers: `let hash = 0; for (let i = 0; i < 300000; i++) hash = (hash * 31 + i) | 0; return hash;`,
  floats: `let sum = 0;
    for (let y = -20; y < 20; y++)
      for (let x = -30; x < 10; x++) {
        let [a, b, n] = [0, 0, 0];
        for (; n < 50 && a * a + b * b < 4; n++) [a, b] = [a * a - b * b + x / 20, 2 * a * b + y / 20];
        sum += n;
      }
    return sum;`,
  strings: `let text = ""; for (let i = 0; i < 30000; i++) text += String.fromCharCode(97 + (i % 26));
    return text.split("m").map((part) => part.toUpperCase()).join("-").length;`,
  sorting: `let x = 1; const list = Array.from({ length: 6000 }, () => (x = (x * 1103515245 + 12345) & 0x7fffffff));
    return list.sort((a, b) => a - b)[100];`,
  regexps: `const text = "lorem ipsum dolor 12-34 sit amet 2024-01-02 ".repeat(600);
    let sum = 0; for (const found of text.matchAll(/(\\d{4})-(\\d\\d)-(\\d\\d)|([a-z]+)\\s/g)) sum += found[0].length;
    return sum;`,
  json: `const rows = Array.from({ length: 300 }, (_, id) => ({ id, name: "n" + id, tags: ["a", "b"], value: id / 3 }));
    let sum = 0; for (let i = 0; i < 6; i++) sum += JSON.stringify(JSON.parse(JSON.stringify(rows))).length;
    return sum;`,
  maps: `const counts = new Map();
    for (let i = 0; i < 30000; i++) { const key = "k" + (i % 500); counts.set(key, (counts.get(key) ?? 0) + i); }
    return counts.get("k7");`,
  objects: `class Point { constructor(x) { this.x = x; } plus(other) { return new Point(this.x + other.x); } }
    let point = new Point(0); const one = new Point(1);
    for (let i = 0; i < 25000; i++) point = point.plus(one);
    return point.x;`,
  closures: `let sum = 0;
    for (let round = 0; round < 10; round++)
      sum += Array.from({ length: 2000 }, (_, i) => i).map((n) => n * 2).filter((n) => n % 3 === 0).reduce((a, b) => a + b, 0);
    return sum;`,
  bytes: `const size = 60000; const sieve = new Uint8Array(size); let primes = 0;
    for (let i = 2; i < size; i++) { if (sieve[i]) continue; primes++; for (let j = i + i; j < size; j += i) sieve[j] = 1; }
    return primes;`,
  generators: `function* count(n) { for (let i = 0; i < n; i++) yield i; }
    let sum = 0; for (const value of count(20000)) sum += value;
    return sum;`,
} as const;

export type GuestProgram = keyof typeof guestPrograms;
