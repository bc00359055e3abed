// Random numbers that are the same in every browser.

// The generator sfc32 ("small fast counting", Chris Doty-Humphrey, PractRand): four words of 32
// bits, a counter among them, so that no start has a short cycle. A seed names a sequence and a
// stream is one of many sequences of that seed.
export function generator(seed, stream = 0) {
  let a = seed | 0;
  let b = stream | 0;
  let c = 0x9e3779b9 | 0;
  let counter = 1;
  const word = () => {
    const sum = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return sum >>> 0;
  };
  for (let i = 0; i < 20; i += 1) word();

  // Uniform on (0, 1): the middle of one of 2^32 equal cells, so neither 0 nor 1.
  const uniform = () => (word() + 0.5) / 4294967296;

  // Standard normal, by Box and Muller; two uniform draws for each normal one.
  const normal = () => {
    const radius = Math.sqrt(-2 * Math.log(uniform()));
    return radius * Math.cos(2 * Math.PI * uniform());
  };
  return { word, uniform, normal };
}
