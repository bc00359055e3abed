// How much a chain of dependent draws is worth.

const average = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;

// Autocovariance at one lag, about the chain's mean and over all n (so that the sum converges).
function autocovariance(values, mean, lag) {
  let sum = 0;
  for (let i = lag; i < values.length; i += 1)
    sum += (values[i] - mean) * (values[i - lag] - mean);
  return sum / values.length;
}

// Autocorrelation at lags 0 … most; zeros after the first where nothing moved.
export function autocorrelation(values, most) {
  const mean = average(values);
  const variance = autocovariance(values, mean, 0);
  return Array.from({ length: Math.min(most, values.length - 1) + 1 }, (_, lag) =>
    (lag === 0 ? 1 : variance > 0 ? autocovariance(values, mean, lag) / variance : 0));
}

// Effective sample size for the mean of one chain, split into halves: Vehtari and others (2021),
// section 3.2, with Geyer's monotone sequence. Null for fewer than eight draws or none that moved.
export function effectiveSampleSize(values) {
  const n = Math.floor(values.length / 2);
  if (n < 4) return null;
  const halves = [values.slice(0, n), values.slice(-n)];
  const means = halves.map(average);
  const covariance = (lag) =>
    average(halves.map((half, i) => autocovariance(half, means[i], lag)));
  const within = (covariance(0) * n) / (n - 1);
  const between = 0.5 * (means[0] - means[1]) ** 2;
  const total = (within * (n - 1)) / n + between;
  if (total === 0) return null;
  const correlation = (lag) => 1 - (within - covariance(lag)) / total;

  // Neighbouring pairs until a sum is negative; the last one counts by its first member alone, and
  // no other sum may exceed the one before.
  const pairs = [[1, correlation(1)]];
  const positive = () => pairs.at(-1)[0] + pairs.at(-1)[1] > 0;
  for (let lag = 1; lag < n - 3 && positive(); lag += 2)
    pairs.push([correlation(lag + 1), correlation(lag + 2)]);
  const [even, odd] = pairs.pop();
  let least = Infinity;
  let time = (even + odd >= 0 ? even : Math.max(even, 0)) - 1;
  for (const [first, second] of pairs) time += 2 * (least = Math.min(least, first + second));
  return (2 * n) / Math.max(time, 1 / Math.log10(2 * n));
}
