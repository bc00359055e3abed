// A spline coupling flow in the plane: a sigmoid, then layers that by turns pass one coordinate and
// move the other. Forward leads from the data to the uniform square.
export const HIDDEN = 32;
export const BINS = 8;
const NUMBERS = 3 * BINS + 1;
export const SIZE = HIDDEN * (HIDDEN + 3) + NUMBERS * (HIDDEN + 1);
const LEAST = 1e-3;
const SLOPE_OF_ONE = Math.log(Math.E - 1);
const OPEN = 1e-7;

const clamp = (value, low, high) => Math.min(high, Math.max(low, value));
const softplus = (v) => Math.max(v, 0) + Math.log1p(Math.exp(-Math.abs(v)));
const silu = (v) => v / (1 + Math.exp(-v));

// ---- the network: rows of weights one after another, each layer's biases behind them ----

function linear(w, start, rows, x) {
  const bias = start + rows * x.length;
  return Array.from({ length: rows }, (_, r) => {
    let sum = w[bias + r];
    for (let c = 0; c < x.length; c += 1) sum += w[start + r * x.length + c] * x[c];
    return sum;
  });
}

function network(w, start, value) {
  const first = linear(w, start, HIDDEN, [2 * value - 1]).map(silu);
  const second = linear(w, start + 2 * HIDDEN, HIDDEN, first).map(silu);
  return linear(w, start + HIDDEN * (HIDDEN + 3), NUMBERS, second);
}

// ---- the spline ----

function rising(sizes) {
  const top = Math.max(...sizes);
  const parts = sizes.map((size) => Math.exp(size - top));
  const total = parts.reduce((sum, part) => sum + part, 0);
  let at = 0;
  const knots = parts.map((part) => (at += LEAST / BINS + ((1 - LEAST) * part) / total));
  return [0, ...knots.slice(0, -1), 1];
}

export function spline(numbers) {
  const slopes = numbers.slice(2 * BINS).map((v) =>
    LEAST + (1 - LEAST) * softplus(v + SLOPE_OF_ONE));
  return { x: rising(numbers.slice(0, BINS)), y: rising(numbers.slice(BINS, 2 * BINS)), slopes };
}

function bin({ x, y, slopes }, knots, value) {
  let k = 0;
  while (k < BINS - 1 && value >= knots[k + 1]) k += 1;
  const [width, height] = [x[k + 1] - x[k], y[k + 1] - y[k]];
  const [s, d0, d1] = [height / width, slopes[k], slopes[k + 1]];
  const bend = d0 + d1 - 2 * s;
  const log = (xi) => {
    const rest = xi * (1 - xi);
    const top = d1 * xi * xi + 2 * s * rest + d0 * (1 - xi) ** 2;
    return 2 * Math.log(s) + Math.log(top) - 2 * Math.log(s + bend * rest);
  };
  return { left: x[k], floor: y[k], width, height, s, d0, bend, log };
}

export function forwardSpline(curve, value) {
  const b = bin(curve, curve.x, value);
  const xi = clamp((value - b.left) / b.width, 0, 1);
  const rest = xi * (1 - xi);
  const share = (b.s * xi * xi + b.d0 * rest) / (b.s + b.bend * rest);
  return { value: b.floor + b.height * share, log: b.log(xi) };
}

export function inverseSpline(curve, value) {
  const b = bin(curve, curve.y, value);
  const rise = Math.max(value - b.floor, 0);
  const square = b.height * (b.s - b.d0) + rise * b.bend;
  const straight = b.height * b.d0 - rise * b.bend;
  const root = Math.sqrt(Math.max(straight ** 2 + 4 * square * b.s * rise, 0));
  const xi = straight < 0
    ? (root - straight) / (2 * square)
    : (2 * b.s * rise) / (straight + root);
  return { value: b.left + b.width * clamp(xi, 0, 1), log: -b.log(clamp(xi, 0, 1)) };
}

// ---- layers ----

const logSigmoidSlope = (y) => -softplus(y) - softplus(-y);

function squash([x, y], scale) {
  const at = [x / scale, y / scale];
  return {
    at: at.map((v) => 1 / (1 + Math.exp(-v))),
    log: at.reduce((sum, v) => sum + logSigmoidSlope(v) - Math.log(scale), 0),
  };
}

function unsquash(place, scale) {
  const at = place.map((v) => clamp(v, OPEN, 1 - OPEN)).map((v) => Math.log(v / (1 - v)));
  const log = at.reduce((sum, v) => sum - logSigmoidSlope(v) + Math.log(scale), 0);
  return { at: at.map((v) => scale * v), log };
}

function couple(w, layer, place, move) {
  const passes = (layer - 1) % 2;
  const numbers = network(w, (layer - 1) * SIZE, place[passes]);
  const { value, log } = move(spline(numbers), clamp(place[1 - passes], 0, 1));
  return { at: place.with(1 - passes, value), log };
}

export const layers = (w) => 1 + w.length / SIZE;

// One layer's step from the data towards the base, and back: where to, and log |det|.
export const step = (w, scale, layer, place) =>
  layer === 0 ? squash(place, scale) : couple(w, layer, place, forwardSpline);
export const stepBack = (w, scale, layer, place) =>
  layer === 0 ? unsquash(place, scale) : couple(w, layer, place, inverseSpline);

// From a place at some stage to every stage: `at` and the log |det| from the data on.
export function way(w, scale, place, stage = 0) {
  const count = layers(w);
  let at = place;
  for (let layer = stage - 1; layer >= 0; layer -= 1) at = stepBack(w, scale, layer, at).at;
  const stages = [{ at, log: 0 }];
  for (let layer = 0; layer < count; layer += 1) {
    const next = step(w, scale, layer, stages[layer].at);
    stages.push({ at: next.at, log: stages[layer].log + next.log });
  }
  if (stage > 0) stages[stage].at = place;
  return stages;
}
