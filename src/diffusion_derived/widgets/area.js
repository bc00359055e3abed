// Bayes' rule as areas of the unit square, or as a thousand people.
import {
  choice, frame, html, largestRemainder, line, mark, numbers, path, percent, significant, slider,
  svg, swatch, text, thousands,
} from "./common.js";

// ---- mathematics ----

const ratio = (a, b) => (a === 0 && b === 0 ? null : a / b);

// P(C), P(M|C) and the odds, from P(M), P(C|M) and P(C|W). Null where a ratio is 0/0.
export function bayes(prior, rateMen, rateWomen) {
  const men = prior * rateMen;
  const women = (1 - prior) * rateWomen;
  return {
    men,
    women,
    evidence: men + women,
    posterior: ratio(men, men + women),
    bayesFactor: ratio(rateMen, rateWomen),
    priorOdds: ratio(prior, 1 - prior),
    posteriorOdds: ratio(men, women),
  };
}

// Whole people in the four groups, and whether rounding was needed.
export function people(prior, rateMen, rateWomen, total = 1000) {
  const { men, women } = bayes(prior, rateMen, rateWomen);
  const quotas = [men, prior - men, women, 1 - prior - women].map((share) => total * share);
  const counts = largestRemainder(quotas, total);
  const rounded = quotas.some((quota, i) => Math.abs(quota - counts[i]) > 1e-9);
  const [menBlind, menSeeing, womenBlind, womenSeeing] = counts;
  return { menBlind, menSeeing, womenBlind, womenSeeing, rounded };
}

// ---- shapes ----

const rectangle = (x, y, width, height, attributes) =>
  mark("rect", { x, y, width: Math.max(0, width), height: Math.max(0, height), ...attributes });

function hatching(x, y, width, height, step = 5) {
  let d = "";
  for (let at = step; at < width + height; at += step) {
    const start = [x + Math.min(at, width), y + Math.max(0, at - width)];
    const end = [x + Math.max(0, at - height), y + Math.min(at, height)];
    d += `M${start}L${end}`;
  }
  return d;
}

// The two coloured kinds, in the colour of the posterior: men solid, women hatched.
const menArea = (...box) => rectangle(...box, { class: "wg-solid", "data-role": "posterior" });
const womenArea = (...box) =>
  rectangle(...box, { class: "wg-faint", "data-role": "posterior" })
  + path(hatching(...box), { class: "wg-hatch", "data-role": "posterior" });

// What is coloured, taken together: the evidence.
const frameOf = (...box) => rectangle(...box, { class: "wg-frame", "data-role": "evidence" });

// Dots of one group in one path: squares for men, discs for women.
const square = (x, y, r) => `M${x - r},${y - r}h${2 * r}v${2 * r}h${-2 * r}z`;
const disc = (x, y, r) => `M${x - r},${y}a${r},${r} 0 1 0 ${2 * r},0a${r},${r} 0 1 0 ${-2 * r},0z`;
const dots = (places, shape, radius, attributes) =>
  path(places.map(([x, y]) => shape(x, y, radius)).join(""), attributes);

// ---- the picture ----

const SIDE_MARGIN = 50;
const TOP = 24;
const GAP = 34;
const BAR = 44;
const ROWS = 32;
const NOBODY = "undefined: nobody is colour-blind";

function layout(width) {
  const side = Math.min(300, width - 2 * SIDE_MARGIN);
  const left = SIDE_MARGIN;
  const bottom = TOP + side;
  const bar = bottom + GAP;
  return { side, left, right: left + side, bottom, bar, height: bar + BAR + 24 };
}

function unitSquare(box, prior, rateMen, rateWomen) {
  const { side, left, bottom } = box;
  const cut = prior * side;
  const tall = rateMen * side;
  const short = rateWomen * side;
  return (
    rectangle(left, TOP, side, side, { class: "wg-ground" })
    + menArea(left, bottom - tall, cut, tall)
    + womenArea(left + cut, bottom - short, side - cut, short)
    + line(left + cut, TOP, left + cut, bottom, { class: "wg-line", "data-role": "prior" })
  );
}

const ends = (box, y, start, end, [startRole, endRole]) =>
  text(box.left, y, start, { class: "wg-label", "data-role": startRole })
  + text(box.right, y, end, { class: "wg-label", "data-role": endRole, "text-anchor": "end" });

const below = (box, men, women) =>
  ends(box, box.bar + BAR + 18, `men ${men}`, `women ${women}`, ["posterior", "posterior"]);

// The coloured area alone, as wide as everyone above it. The border between men and women moves
// from the prior to the posterior.
function posteriorBar(box, prior, posterior) {
  const { side, left, right, bottom, bar } = box;
  const men = posterior * side;
  const edges = [left, right].map((x) => line(x, bottom, x, bar, { class: "wg-hair" })).join("");
  const border = line(left + prior * side, bottom, left + men, bar, {
    class: "wg-line wg-thin", "data-role": "posterior",
  });
  return (
    edges + border
    + menArea(left, bar, men, BAR)
    + womenArea(left + men, bar, side - men, BAR)
    + frameOf(left, bar, side, BAR)
    + below(box, percent(posterior), percent(1 - posterior))
  );
}

// n places from the bottom up, `wide` to a row.
const stack = (n, wide, x, bottom, pitch) =>
  Array.from({ length: n }, (_, i) => [
    x + ((i % wide) + 0.5) * pitch,
    bottom - (Math.floor(i / wide) + 0.5) * pitch,
  ]);

const columns = (n) => Math.ceil(n / ROWS);
const pitchOf = (box) => box.side / (ROWS + 2);

function crowd(box, group) {
  const { left, right, bottom } = box;
  const men = group.menBlind + group.menSeeing;
  const women = group.womenBlind + group.womenSeeing;
  const pitch = pitchOf(box);
  const radius = 0.34 * pitch;
  const womenLeft = right - columns(women) * pitch;
  const menPlaces = stack(men, columns(men), left, bottom, pitch);
  const womenPlaces = stack(women, columns(women), womenLeft, bottom, pitch);
  const draw = (places, blind, shape) =>
    dots(places.slice(blind), shape, radius, { class: "wg-hollow", "data-role": "prior" })
    + dots(places.slice(0, blind), shape, radius * 1.25, {
      class: "wg-solid", "data-role": "posterior",
    });
  return (
    draw(menPlaces, group.menBlind, square)
    + draw(womenPlaces, group.womenBlind, disc)
  );
}

// The colour-blind alone, men first, column by column.
function chosenFew(box, { menBlind, womenBlind, rounded }) {
  const { side, left, bar } = box;
  const all = menBlind + womenBlind;
  let rows = 3;
  while (Math.floor(side / (BAR / rows)) * rows < all) rows += 1;
  const pitch = BAR / rows;
  const places = Array.from({ length: all }, (_, i) => [
    left + (Math.floor(i / rows) + 0.5) * pitch,
    bar + ((i % rows) + 0.5) * pitch,
  ]);
  const radius = 0.36 * pitch;
  return (
    dots(places.slice(0, menBlind), square, radius, { class: "wg-solid", "data-role": "posterior" })
    + dots(places.slice(menBlind), disc, radius, { class: "wg-solid", "data-role": "posterior" })
    + below(box, ...[menBlind, womenBlind].map((n) => (rounded ? `about ${n}` : n)))
  );
}

const emptyBar = ({ left, side, bar }) =>
  rectangle(left, bar, side, BAR, { class: "wg-empty" })
  + text(left + side / 2, bar + BAR / 2 + 5, NOBODY, {
    class: "wg-label", "text-anchor": "middle",
  });

// A bracket as tall as the rate, with its value, left for men and right for women.
function rates(box, rateMen, rateWomen, group) {
  const { side, left, right, bottom } = box;
  const tall = (n) => (group ? (n / Math.max(1, columns(n))) * pitchOf(box) : side);
  const bracket = (x, out, rate, height, anchor) => {
    const top = bottom - rate * height;
    const middle = Math.min((top + bottom) / 2, bottom - 6) + 5;
    return (
      path(`M${x},${top}h${out}V${bottom}h${-out}`, {
        class: "wg-bracket", "data-role": "likelihood",
      })
      + text(x + 2 * out, middle, percent(rate), {
        class: "wg-label", "data-role": "likelihood", "text-anchor": anchor,
      })
    );
  };
  const men = tall(group?.menBlind + group?.menSeeing);
  const women = tall(group?.womenBlind + group?.womenSeeing);
  return (
    bracket(left - 4, -4, rateMen, men, "end") + bracket(right + 4, 4, rateWomen, women, "start")
  );
}

// ---- words ----

const oddsWords = (value) => (value === null ? "undefined" : significant(value));

function sentence(view, result, group) {
  if (result.evidence === 0) return `The posterior is ${NOBODY}.`;
  if (view === "area")
    return `Of the coloured area, ${percent(result.posterior)} belongs to men.`;
  const blind = group.menBlind + group.womenBlind;
  const about = group.rounded ? "about " : "";
  return `Among ${thousands(1000)} people: ${about}${thousands(blind)} colour-blind, `
    + `${about}${thousands(group.menBlind)} of them men.`;
}

function pictureLabel(view, prior, rateMen, rateWomen, words) {
  const shape = view === "area"
    ? "A square of side one, its width cut by the prior, each part coloured up to its rate."
    : "A thousand people: squares are men, discs are women, filled marks are colour-blind.";
  return `${shape} Men ${percent(prior)}, colour-blind men ${percent(rateMen)}, `
    + `colour-blind women ${percent(rateWomen)}. ${words}`;
}

// ---- the widget ----

// Each sample holds its mark for either view; the style sheet shows the one in use.
const shownAs = (view, marks) => mark("g", { class: `wg-as-${view}` }, marks);
const sample = (area, people) => swatch(shownAs("area", area) + shownAs("people", people), 20);
const MAN = dots([[4, 6]], square, 3.5, { class: "wg-solid", "data-role": "posterior" });
const WOMAN = dots([[14, 6]], disc, 3.5, { class: "wg-solid", "data-role": "posterior" });
const MEN_SAMPLE = sample(menArea(0, 0, 20, 12), MAN);
const WOMEN_SAMPLE = sample(womenArea(0, 0, 20, 12), WOMAN);
const BOTH_SAMPLE = sample(
  menArea(0, 0, 10, 12) + womenArea(10, 0, 10, 12) + frameOf(0, 0, 20, 12), MAN + WOMAN,
);

function render({ model, el }) {
  const title = "Area picture of Bayes' rule: is a colour-blind person a man?";
  const widget = frame({ model, el, name: "area", title });
  const picture = html("div", { class: "wg-picture" });
  const drawing = svg("svg", { role: "img" });
  picture.append(drawing);
  const shares = numbers([
    { name: "joint-men", label: "colour-blind men", role: "posterior", sample: MEN_SAMPLE },
    { name: "joint-women", label: "colour-blind women", role: "posterior", sample: WOMEN_SAMPLE },
    { name: "evidence", label: "evidence P(C)", role: "evidence", sample: BOTH_SAMPLE },
    { name: "posterior", label: "posterior P(M | C)", role: "posterior" },
  ]);
  const odds = numbers([
    { name: "bayes-factor", label: "Bayes factor", role: "likelihood" },
    { name: "prior-odds", label: "prior odds", role: "prior" },
    { name: "posterior-odds", label: "posterior odds", role: "posterior" },
  ], "wg-product");
  const words = html("p", { class: "wg-words" });
  const beside = html("div", { class: "wg-beside" }, picture, shares.list);
  widget.plot.append(beside, words, odds.list);

  const percentSlider = (key, words, symbol, role, step) =>
    slider(widget, model, {
      key, role, step, min: 0, max: 100,
      label: [words, html("span", { class: "wg-whole" }, symbol)],
      get: (share) => Number((100 * share).toFixed(6)),
      set: (value) => value / 100,
      show: (value) => `${value} %`,
    });
  choice(widget, model, {
    key: "view", label: "Show", options: [["area", "areas"], ["people", "1,000 people"]],
  });
  percentSlider("prior", "men, ", "P(M)", "prior", 1);
  percentSlider("rate_men", "men’s rate, ", "P(C | M)", "likelihood", 0.5);
  percentSlider("rate_women", "women’s rate, ", "P(C | W)", "likelihood", 0.5);

  const state = () => ["prior", "rate_men", "rate_women"].map((trait) => model.get(trait));
  const say = () => sentence(model.get("view"), bayes(...state()), people(...state()));

  function draw(width) {
    const [prior, rateMen, rateWomen] = state();
    const view = model.get("view");
    const result = bayes(prior, rateMen, rateWomen);
    const group = people(prior, rateMen, rateWomen);
    const box = layout(width);
    const { posterior } = result;
    const asPeople = view === "people";
    const given = [`men ${percent(prior)}`, `women ${percent(1 - prior)}`];
    const all = asPeople ? crowd(box, group) : unitSquare(box, prior, rateMen, rateWomen);
    const chosen = () => (asPeople ? chosenFew(box, group) : posteriorBar(box, prior, posterior));
    const content = ends(box, TOP - 8, ...given, ["prior", "prior"])
      + all
      + rates(box, rateMen, rateWomen, asPeople ? group : null)
      + (posterior === null ? emptyBar(box) : chosen());
    drawing.setAttribute("viewBox", `0 0 ${width} ${box.height}`);
    drawing.innerHTML = content;

    widget.root.dataset.view = view;
    words.textContent = say();
    const label = pictureLabel(view, prior, rateMen, rateWomen, words.textContent);
    drawing.setAttribute("aria-label", label);
    shares.show("joint-men", percent(result.men), result.men);
    shares.show("joint-women", percent(result.women), result.women);
    shares.show("evidence", percent(result.evidence), result.evidence);
    shares.show("posterior", posterior === null ? NOBODY : percent(posterior), posterior);
    odds.show("bayes-factor", oddsWords(result.bayesFactor), result.bayesFactor);
    odds.show("prior-odds", oddsWords(result.priorOdds), result.priorOdds);
    odds.show("posterior-odds", oddsWords(result.posteriorOdds), result.posteriorOdds);
  }

  widget.show({ traits: ["view", "prior", "rate_men", "rate_women"], picture, draw, say });
  return widget.end;
}

export default { render };
