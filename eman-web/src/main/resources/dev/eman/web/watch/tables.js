// Tables and pictures: runs, tiles, confusion, wrong predictions, options.

import { format, steps } from "./charts.js";

export function make(tag, properties = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

function table(head, numeric = () => false) {
  const row = make("tr");
  head.forEach((name, i) => {
    row.append(make("th", { scope: "col", className: numeric(i) ? "number" : "" }, name));
  });
  const body = make("tbody");
  return { element: make("table", {}, make("thead", {}, row), body), body };
}

const STATUS = { training: "training", finished: "finished", stopped: "stopped", missing: "removed" };

export const statusOf = (run) => STATUS[run.state.status] || "";

const latest = (run, name) => {
  const value = (run.state.latest || {})[name];
  return value === undefined ? null : value;
};

/** Seconds a step takes lately. */
function pace(run) {
  const recent = (run.columns.seconds || []).slice(-20).filter((s) => s !== null);
  return recent.length === 0 ? null : recent.reduce((a, b) => a + b) / recent.length;
}

export function duration(seconds) {
  if (seconds < 90) return Math.max(1, Math.round(seconds)) + " s";
  if (seconds < 5400) return Math.round(seconds / 60) + " min";
  if (seconds < 172800) return (seconds / 3600).toFixed(1) + " h";
  return (seconds / 86400).toFixed(1) + " days";
}

function left(run) {
  const step = latest(run, "step");
  const each = pace(run);
  const rest = (run.state.total || 0) - (step || 0);
  return run.state.status === "training" && each && rest > 0 ? duration(rest * each) : null;
}

function bar(run) {
  const step = latest(run, "step") || 0;
  const total = Math.max(run.state.total || 0, step);
  return make("progress", { max: Math.max(1, total), value: step, ariaLabel: "steps of " + run.name });
}

function stepsText(run) {
  const step = latest(run, "step") || 0;
  return run.state.total > 0 ? steps(step) + " of " + steps(run.state.total) : steps(step) + " steps";
}

function best(run, who) {
  const values = (run.columns[who + "_top1"] || []).filter((v) => v !== null);
  return values.length < 2 ? null : Math.max(...values);
}

function tile(label, value, more, wide) {
  return make("div", { className: "panel tile" + (wide ? " wide" : "") },
    make("div", { className: "label" }, label), make("div", { className: "value" }, value),
    ...(more === null ? [] : [more instanceof Node ? more : make("div", { className: "more" }, more)]));
}

/** The figures of one run. */
export function tiles(run) {
  const all = [];
  const status = make("span", { className: "status " + run.state.status }, statusOf(run));
  const rest = left(run);
  const progress = make("div", { className: "more" }, bar(run),
    stepsText(run) + (rest ? ", " + rest + " left" : "") + (run.state.note ? "; " + run.state.note : ""));
  all.push(tile("Run", status, progress, true));
  for (const who of ["teacher", "student"]) {
    const value = latest(run, who + "_top1");
    if (value === null) continue;
    const highest = best(run, who);
    all.push(tile("Top-1, " + who, format(value, "%"), highest === null ? "" : "best " + format(highest, "%")));
  }
  all.push(tile("Loss", format(latest(run, "loss")), lossParts(run)));
  if (latest(run, "mask_rate") !== null) {
    const accuracy = latest(run, "pseudo_accuracy_confident");
    all.push(tile("Mask rate", format(mean(run, "mask_rate"), "%"),
      accuracy === null ? "" : format(mean(run, "pseudo_accuracy_confident"), "%") + " right, where known"));
  }
  const each = pace(run);
  if (each) {
    all.push(tile("Steps a second", format(1 / each), duration(total(run, "seconds")) + " of training"));
  }
  return all;
}

function lossParts(run) {
  return ["loss_x", "loss_u"].filter((c) => latest(run, c) !== null)
    .map((c) => c.replace("loss_", "") + " " + format(latest(run, c))).join(", ");
}

/** The mean of the last points, of figures that jump from step to step. */
function mean(run, name) {
  const values = (run.columns[name] || []).slice(-20).filter((v) => v !== null);
  return values.length === 0 ? null : values.reduce((a, b) => a + b) / values.length;
}

/** The sum over all steps of a column whose points are means. */
function total(run, name) {
  const at = run.columns.step || [];
  let sum = 0;
  (run.columns[name] || []).forEach((v, i) => { sum += (v || 0) * (at[i] - (i > 0 ? at[i - 1] : 0)); });
  return sum;
}

/** All runs, each with a box that shows it in the charts. */
export function runTable(runs, toggle) {
  const head = ["Run", "Status", "Steps", "Left", "Top-1, teacher", "Top-1, student", "Loss", "Mask rate", "Steps/s"];
  const { element, body } = table(head, (i) => i > 2);
  element.prepend(make("caption", { className: "hidden-text" }, "Runs"));
  for (const run of runs) {
    const box = make("input", { type: "checkbox", checked: run.shown });
    box.dataset.run = run.number;
    box.addEventListener("change", () => toggle(run, box.checked));
    const swatch = make("span", { className: "swatch" + (run.number >= 8 ? " dashed" : "") });
    const row = make("tr", { className: "c" + (run.number % 8) },
      make("th", { scope: "row" }, make("label", { title: run.folder }, box, swatch, run.name)),
      make("td", {}, make("span", { className: "status " + run.state.status, title: run.state.note || "" }, statusOf(run))),
      make("td", {}, bar(run), make("span", { className: "small soft" }, stepsText(run))));
    const each = pace(run);
    [left(run) || "–", format(latest(run, "teacher_top1"), "%"), format(latest(run, "student_top1"), "%"),
      format(latest(run, "loss")), format(mean(run, "mask_rate"), "%"), each ? format(1 / each) : "–"]
      .forEach((text) => row.append(make("td", { className: "number" }, text)));
    body.append(row);
  }
  return element;
}

const MOST_CLASSES = 30;

/** Scores, and the matrix or, of many classes, recall and the most frequent confusions. */
export function confusion(all, who) {
  const scores = table(["", "Top-1", "Top-5", "Balanced", "Macro F1", "Images"], (i) => i > 0);
  for (const network of ["teacher", "student"]) {
    const one = all[network];
    if (!one) continue;
    const row = make("tr", {}, make("th", { scope: "row" }, network));
    ["top1", "top5", "balanced_accuracy", "macro_f1"].forEach((key) =>
      row.append(make("td", { className: "number" }, format(one[key], "%"))));
    row.append(make("td", { className: "number" }, steps(one.count)));
    scores.body.append(row);
  }
  const matrix = (all[who] || all.student).confusion;
  const names = matrix.map((_, i) => (all.classes || [])[i] || "class " + i);
  const side = [make("div", { className: "panel scroll" }, scores.element)];
  if (matrix.length > 2) side.push(make("div", { className: "panel scroll" }, mistakes(matrix, names)));
  return make("div", { className: "evaluation" },
    make("div", { className: "panel scroll", tabIndex: 0, role: "group", ariaLabel: "Confusion matrix" },
      matrix.length <= MOST_CLASSES ? grid(matrix, names) : recalls(matrix, names)),
    make("div", { className: "side" }, ...side));
}

const sum = (row) => row.reduce((a, b) => a + b, 0);

function grid(matrix, names) {
  const element = make("table", { className: "confusion" });
  element.append(make("caption", { className: "small soft" }, "Rows are true classes, columns predictions."));
  const head = make("tr", {}, make("td"));
  // Long names are cut off: their numbers tell them apart.
  const numbered = names.map((name, i) => i + 1 + " " + name);
  numbered.forEach((name) => head.append(make("th", { scope: "col" }, make("span", { className: "upright", title: name }, name))));
  head.append(make("th", { scope: "col" }, "recall"), make("th", { scope: "col" }, "precision"));
  element.append(make("thead", {}, head));
  const body = make("tbody");
  matrix.forEach((row, truth) => {
    const images = sum(row);
    if (images === 0) return;
    const line = make("tr", {}, make("th", { scope: "row" }, numbered[truth]));
    row.forEach((count, predicted) => {
      const cell = make("td", { className: "number" }, count === 0 ? "" : String(count));
      const share = count / images;
      // A property, not an attribute: the page's policy allows no inline styles.
      if (count > 0) {
        cell.style.background = `rgba(var(--${truth === predicted ? "heat" : "wrong"}), ${(truth === predicted ? 0.06 + 0.5 * share : 0.12 + 0.6 * share).toFixed(3)})`;
      }
      cell.title = `${names[truth]} as ${names[predicted]}: ${count}`;
      line.append(cell);
    });
    const claimed = matrix.reduce((n, other) => n + other[truth], 0);
    line.append(make("td", { className: "number" }, format(row[truth] / images, "%")),
      make("td", { className: "number" }, claimed === 0 ? "–" : format(row[truth] / claimed, "%")));
    body.append(line);
  });
  element.append(body);
  return element;
}

function recalls(matrix, names) {
  const { element, body } = table(["Class", "Images", "Recall"], (i) => i > 0);
  element.append(make("caption", { className: "small soft" }, "The classes that are recognised least."));
  matrix.map((row, i) => ({ name: names[i], images: sum(row), right: row[i] }))
    .filter((one) => one.images > 0).sort((a, b) => a.right / a.images - b.right / b.images).slice(0, 20)
    .forEach((one) => body.append(make("tr", {}, make("th", { scope: "row" }, one.name),
      make("td", { className: "number" }, steps(one.images)),
      make("td", { className: "number" }, format(one.right / one.images, "%")))));
  return element;
}

function mistakes(matrix, names) {
  const { element, body } = table(["Most often mistaken", "for", "Images", "Share"], (i) => i > 1);
  const all = [];
  matrix.forEach((row, truth) => row.forEach((count, predicted) => {
    if (truth !== predicted && count > 0) all.push({ truth, predicted, count, share: count / sum(row) });
  }));
  all.sort((a, b) => b.count - a.count).slice(0, 8).forEach((one) => body.append(make("tr", {},
    make("th", { scope: "row" }, names[one.truth]), make("td", {}, names[one.predicted]),
    make("td", { className: "number" }, steps(one.count)), make("td", { className: "number" }, format(one.share, "%")))));
  return element;
}

/** Pictures of wrong predictions. */
export function gallery(errors) {
  return errors.map((error) => {
    const text = `${error.predicted} (${format(error.confidence, "%")}), truly ${error.truth}`;
    const image = make("img", { src: "data:image/png;base64," + error.png, alt: "Image " + error.index, loading: "lazy" });
    image.addEventListener("load", () => image.classList.toggle("pixels", image.naturalWidth < 64));
    return make("figure", {}, image, make("figcaption", {}, make("b", {}, error.predicted),
      ` ${format(error.confidence, "%")}`, make("br"), `truly ${error.truth}`,
      ...(error.step ? [make("br"), make("span", { className: "soft" }, "step " + steps(error.step))] : [])), "");
  });
}

function flat(config, prefix = "") {
  return Object.entries(config || {}).flatMap(([key, value]) =>
    value !== null && typeof value === "object" && !Array.isArray(value)
      ? flat(value, prefix + key + " ") : [[prefix + key, Array.isArray(value) ? value.join(", ") : String(value)]]);
}

/** The options of runs; of several those that differ come first, the others on request. */
export function options(runs) {
  const maps = runs.map((run) => new Map(flat(run.facts.config)));
  const names = [...new Set(maps.flatMap((map) => [...map.keys()]))];
  const differ = names.filter((name) => new Set(maps.map((map) => map.get(name))).size > 1);
  const rows = (some) => {
    const { element, body } = table(["Option", ...(runs.length > 1 ? runs.map((run) => run.name) : ["Value"])]);
    some.forEach((name) => body.append(make("tr", {}, make("th", { scope: "row" }, name),
      ...maps.map((map) => make("td", {}, map.get(name) ?? "–")))));
    return make("div", { className: "panel scroll" }, element);
  };
  const same = make("details", {}, make("summary", {}, runs.length > 1 ? "All options" : "Options of the run"), rows(names));
  return differ.length > 0 ? [rows(differ), same] : [same];
}
