// A mixture of normal distributions in the plane, fitted by EM.
// A component is { weight, mean: [x, y], cov: [xx, xy, yy] }, and q holds each point's shares.

export const FLOOR = 0.1;
const EMPTY = 1e-200;
const LOG_TWO_PI = Math.log(2 * Math.PI);

const total = (list, f) => list.reduce((sum, each, i) => sum + f(each, i), 0);

export const begin = (start, components) =>
  start.slice(0, components).map((mean) => ({ weight: 1 / components, mean, cov: [1, 0, 1] }));

function logNormal([x, y], { mean, cov: [a, b, c] }) {
  const [u, v] = [x - mean[0], y - mean[1]];
  const det = a * c - b * b;
  return -LOG_TWO_PI - 0.5 * Math.log(det) - 0.5 * (c * u * u - 2 * b * u * v + a * v * v) / det;
}

// log of weight times density of each component at a point, and the log of their sum.
function logTerms(point, mixture) {
  const terms = mixture.map((part) => Math.log(part.weight) + logNormal(point, part));
  const top = Math.max(...terms);
  return { terms, log: top + Math.log(total(terms, (term) => Math.exp(term - top))) };
}

export const logLikelihood = (mixture, points) =>
  total(points, (point) => logTerms(point, mixture).log);

// E: the exact posterior of each point's component.
export const eStep = (mixture, points) =>
  points.map((point) => {
    const { terms, log } = logTerms(point, mixture);
    return terms.map((term) => Math.exp(term - log));
  });

// Eigenvalues of [[a, b], [b, c]], the larger first, and the direction of the larger.
export function principal([a, b, c]) {
  const [middle, radius] = [(a + c) / 2, Math.hypot((a - c) / 2, b)];
  return { large: middle + radius, small: middle - radius, angle: Math.atan2(2 * b, a - c) / 2 };
}

// The covariance with no standard deviation below the floor, in any direction. Among those it is
// the most likely one, so that an M step with a floor still never goes down.
function floored(cov) {
  const { large, small, angle } = principal(cov);
  if (small >= FLOOR ** 2) return { cov, held: false };
  const [u, v] = [large, small].map((value) => Math.max(value, FLOOR ** 2));
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  return {
    cov: [u * cos * cos + v * sin * sin, (u - v) * cos * sin, u * sin * sin + v * cos * cos],
    held: true,
  };
}

// M: weights, means and covariances of the points, each point counted by its share. A component
// that no point belongs to keeps its place.
export const mStep = (mixture, points, q) =>
  mixture.map((old, k) => {
    const count = total(q, (shares) => shares[k]);
    if (count < EMPTY) return { ...old, weight: 0, held: false };
    const average = (f) => total(points, (point, i) => q[i][k] * f(point)) / count;
    const mean = [0, 1].map((axis) => average((point) => point[axis]));
    const about = (i, j) => average((point) => (point[i] - mean[i]) * (point[j] - mean[j]));
    const cov = floored([about(0, 0), about(0, 1), about(1, 1)]);
    return { weight: count / points.length, mean, ...cov };
  });

const expected = (shares, f) => total(shares, (share, k) => (share > 0 ? share * f(share, k) : 0));

// E_q[log p(x, z) − log q(z)], summed over the points: below the log-likelihood for every q.
export const bound = (mixture, points, q) =>
  total(points, (point, i) => {
    const { terms } = logTerms(point, mixture);
    return expected(q[i], (share, k) => terms[k] - Math.log(share));
  });

// KL(q ‖ exact posterior), summed over the points, by its own definition and in logarithms: an
// exact share may be too small for a number.
export const gap = (mixture, points, q) =>
  total(points, (point, i) => {
    const { terms, log } = logTerms(point, mixture);
    return expected(q[i], (share, k) => Math.log(share) - (terms[k] - log));
  });

// All states from the start on: odd moves are E, even ones M. At first q favours no component.
export function history(points, start, components, moves) {
  const state = (mixture, q) => ({
    mixture, q, log: logLikelihood(mixture, points), bound: bound(mixture, points, q),
  });
  const even = points.map(() => Array(components).fill(1 / components));
  const states = [state(begin(start, components), even)];
  for (let move = 1; move <= moves; move += 1) {
    const { mixture, q } = states.at(-1);
    const turn = move % 2
      ? [mixture, eStep(mixture, points)]
      : [mStep(mixture, points, q), q];
    states.push(state(...turn));
  }
  return states;
}
