// The normal distribution, its divergences, and integrals of smooth functions.

const LOG_ROOT_TWO_PI = 0.5 * Math.log(2 * Math.PI);

// log N(x; mu, sigma²), in nats.
export const logNormal = (x, mu, sigma) =>
  -0.5 * ((x - mu) / sigma) ** 2 - Math.log(sigma) - LOG_ROOT_TWO_PI;
export const normal = (x, mu, sigma) => Math.exp(logNormal(x, mu, sigma));

// KL(N(mu, sigma²) ‖ N(nu, tau²)) in nats: log(tau/sigma) + (sigma² + (mu − nu)²)/(2 tau²) − 1/2.
export const klNormal = (mu, sigma, nu, tau) =>
  Math.log(tau / sigma) + (sigma ** 2 + (mu - nu) ** 2) / (2 * tau ** 2) - 0.5;

// E[f(x)] for x ~ N(mu, sigma²) by the trapezoid rule on mu ± 10 sigma. For a smooth f that does
// not grow like the density falls, its error shrinks faster than any power of the step.
const NODES = 400;
const REACH = 10;
const STANDARD = Array.from({ length: NODES + 1 }, (_, i) => REACH * ((2 * i) / NODES - 1));
const WEIGHTS = STANDARD.map((z) => ((2 * REACH) / NODES) * normal(z, 0, 1));
export function expectation(f, mu, sigma) {
  let sum = 0;
  for (let i = 0; i <= NODES; i += 1) sum += WEIGHTS[i] * f(mu + sigma * STANDARD[i]);
  return sum;
}
