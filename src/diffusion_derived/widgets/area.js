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

// The two coloured kinds: men solid in the colour of the posterior, women hatched.
const menArea = (...box) => rectangle(...box, { class: "wg-solid", "data-role": "posterior" });
const womenArea = (...box) =>
  rectangle(...box, { class: "wg-faint", "data-role": "evidence" })
  + path(hatching(...box), { class: "wg-hatch", "data-role": "evidence" });

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

function layout(width) {
  const side = Math.min(300, width - 2 * SIDE_MARGIN);
  const left = SIDE_MARGIN;
  const bottom = TOP + side;
  return { side, left, right: left + side, bottom, bar: bottom + GAP, height: bottom + GAP + BAR + 24 };
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

function posteriorBar(box, posterior) {
  const { side, left, bar } = box;
  const men = posterior * side;
  return menArea(left, bar, men, BAR) + womenArea(left + men, bar, side - men, BAR);
}

// The border between men and women, carried from the prior to the posterior.
function shift(box, prior, posterior) {
  const { side, left, right, bottom, bar } = box;
  const sides = [left, right].map((x) => line(x, bottom, x, bar, { class: "wg-hair" })).join("");
  const moved = line(left + prior * side, bottom, left + posterior * side, bar, {
    class: "wg-line wg-thin", "data-role": "posterior",
  });
  return sides + moved;
}

// n places from the bottom up, `columns` wide.
const stack = (n, columns, x, bottom, pitch) =>
  Array.from({ length: n }, (_, i) => [
    x + ((i % columns) + 0.5) * pitch,
    bottom - (Math.floor(i / columns) + 0.5) * pitch,
  ]);

function crowd(box, group) {
  const { side, left, bottom } = box;
  const men = group.menBlind + group.menSeeing;
  const women = group.womenBlind + group.womenSeeing;
  const menColumns = Math.ceil(men / ROWS);
  const womenColumns = Math.ceil(women / ROWS);
  const pitch = side / 34;
  const radius = 0.34 * pitch;
  const menPlaces = stack(men, menColumns, left, bottom, pitch);
  const womenPlaces = stack(women, womenColumns, left + side - womenColumns * pitch, bottom, pitch);
  const draw = (places, blind, shape, role) =>
    dots(places.slice(blind), shape, radius, { class: "wg-hollow", "data-role": "prior" })
    + dots(places.slice(0, blind), shape, radius * 1.25, { class: "wg-solid", "data-role": role });
  return (
    draw(menPlaces, group.menBlind, square, "posterior")
    + draw(womenPlaces, group.womenBlind, disc, "evidence")
  );
}

// The colour-blind alone, men first, column by column.
function chosenFew(box, { menBlind, womenBlind }) {
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
    + dots(places.slice(menBlind), disc, radius, { class: "wg-solid", "data-role": "evidence" })
  );
}

const ends = (box, y, start, end, role) =>
  text(box.left, y, start, { class: "wg-label", "data-role": role })
  + text(box.right, y, end, { class: "wg-label", "data-role": role, "text-anchor": "end" });

// A bracket as tall as the rate, with its value, left for men and right for women.
function rates(box, rateMen, rateWomen) {
  const { side, left, right, bottom } = box;
  const bracket = (x, out, rate, anchor) => {
    const top = bottom - rate * side;
    const middle = Math.min((top + bottom) / 2, bottom - 6) + 5;
    return (
      path(`M${x},${top}h${out}V${bottom}h${-out}`, { class: "wg-bracket", "data-role": "likelihood" })
      + text(x + 2 * out, middle, percent(rate), {
        class: "wg-label", "data-role": "likelihood", "text-anchor": anchor,
      })
    );
  };
  return bracket(left - 4, -4, rateMen, "end") + bracket(right + 4, 4, rateWomen, "start");
}

// ---- words ----

const NOBODY = "undefined: nobody is colour-blind";
const orUndefined = (value, show) => (value === null ? "undefined" : show(value));

function sentence(view, result, group) {
  if (result.evidence === 0) return `The posterior is ${NOBODY}.`;
  if (view === "area")
    return `Of the coloured area, ${percent(result.posterior)} belongs to men.`;
  const blind = group.menBlind + group.womenBlind;
  const about = group.rounded ? "about " : "";
  return `Of ${thousands(1000)} people, ${about}${thousands(blind)} are colour-blind; `
    + `${about}${thousands(group.menBlind)} of these are men.`;
}

function pictureLabel(view, prior, rateMen, rateWomen, words) {
  const shape = view === "area"
    ? "A square one unit wide and high: the width is cut by the prior, each part coloured up to its rate."
    : "A thousand people: squares are men, discs are women, filled marks are colour-blind.";
  return `${shape} Men ${percent(prior)}, colour-blind men ${percent(rateMen)}, `
    + `colour-blind women ${percent(rateWomen)}. ${words}`;
}

// ---- the widget ----

const MEN_SAMPLE = swatch(rectangle(1, 0, 16, 12, { class: "wg-solid" }));
const WOMEN_SAMPLE = swatch(
  rectangle(1, 0, 16, 12, { class: "wg-faint" }) + path(hatching(1, 0, 16, 12), { class: "wg-hatch" }),
);

function render({ model, el }) {
  const title = "Area picture of Bayes' rule: is a colour-blind person a man?";
  const widget = frame({ model, el, name: "area", title });
  const picture = html("div", { class: "wg-picture" });
  const drawing = svg("svg", { role: "img" });
  picture.append(drawing);
  const shares = numbers([
    { name: "joint-men", label: "men, colour-blind", role: "posterior", sample: MEN_SAMPLE },
    { name: "joint-women", label: "women, colour-blind", role: "evidence", sample: WOMEN_SAMPLE },
    { name: "evidence", label: "evidence P(C): both together", role: "evidence" },
    { name: "posterior", label: "posterior P(M | C): men among them", role: "posterior" },
  ]);
  const odds = numbers([
    { name: "bayes-factor", label: "Bayes factor", role: "likelihood" },
    { name: "prior-odds", label: "prior odds", role: "prior" },
    { name: "posterior-odds", label: "posterior odds", role: "posterior" },
  ], "wg-product");
  const words = html("p", { class: "wg-words" });
  const beside = html("div", { class: "wg-beside" }, picture, shares.list);
  widget.plot.append(beside, words, odds.list);

  const percentSlider = (key, label, role, step) =>
    slider(widget, model, {
      key, label, role, step, min: 0, max: 100,
      get: (share) => Number((100 * share).toFixed(6)),
      set: (value) => value / 100,
      show: (value) => `${value} %`,
    });
  choice(widget, model, {
    key: "view", label: "Show", options: [["area", "areas"], ["people", "1,000 people"]],
  });
  percentSlider("prior", "men, P(M)", "prior", 1);
  percentSlider("rate_men", "colour-blind men, P(C | M)", "likelihood", 0.5);
  percentSlider("rate_women", "colour-blind women, P(C | W)", "likelihood", 0.5);

  const state = () => ["prior", "rate_men", "rate_women"].map((trait) => model.get(trait));
  const say = () => sentence(model.get("view"), bayes(...state()), people(...state()));

  function draw(width) {
    const [prior, rateMen, rateWomen] = state();
    const view = model.get("view");
    const result = bayes(prior, rateMen, rateWomen);
    const group = people(prior, rateMen, rateWomen);
    const box = layout(width);
    const { posterior } = result;
    const about = group.rounded ? "about " : "";
    const asPeople = view === "people";

    let content = ends(box, TOP - 8, `men ${percent(prior)}`, `women ${percent(1 - prior)}`, "prior");
    content += asPeople ? crowd(box, group) : unitSquare(box, prior, rateMen, rateWomen);
    content += rates(box, rateMen, rateWomen);
    const below = box.bar + BAR + 18;
    if (posterior === null) {
      content += rectangle(box.left, box.bar, box.side, BAR, { class: "wg-empty" });
      content += text(box.left + box.side / 2, box.bar + BAR / 2 + 5, NOBODY, {
        class: "wg-label", "text-anchor": "middle",
      });
    } else if (asPeople) {
      content += chosenFew(box, group);
      content += ends(box, below, `${about}${group.menBlind} men`, `${about}${group.womenBlind} women`, "posterior");
    } else {
      content += posteriorBar(box, posterior) + shift(box, prior, posterior);
      content += ends(box, below, `men ${percent(posterior)}`, `women ${percent(1 - posterior)}`, "posterior");
    }
    drawing.setAttribute("viewBox", `0 0 ${width} ${box.height}`);
    drawing.innerHTML = content;

    words.textContent = say();
    drawing.setAttribute("aria-label", pictureLabel(view, prior, rateMen, rateWomen, words.textContent));
    shares.show("joint-men", percent(result.men), result.men);
    shares.show("joint-women", percent(result.women), result.women);
    shares.show("evidence", percent(result.evidence), result.evidence);
    shares.show("posterior", posterior === null ? NOBODY : percent(posterior), posterior);
    odds.show("bayes-factor", orUndefined(result.bayesFactor, significant), result.bayesFactor);
    odds.show("prior-odds", orUndefined(result.priorOdds, significant), result.priorOdds);
    odds.show("posterior-odds", orUndefined(result.posteriorOdds, significant), result.posteriorOdds);
  }

  widget.show({ traits: ["view", "prior", "rate_men", "rate_women"], picture, draw, say });
  return widget.end;
}

export default { render };
