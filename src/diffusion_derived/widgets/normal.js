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
const REACH = 10;
export function expectation(f, mu, sigma, nodes = 400) {
  const step = (2 * REACH) / nodes;
  let sum = 0;
  for (let i = 0; i <= nodes; i += 1) {
    const z = i * step - REACH;
    sum += Math.exp(-0.5 * z * z) * f(mu + sigma * z);
  }
  return sum * step * Math.exp(-LOG_ROOT_TWO_PI);
}
