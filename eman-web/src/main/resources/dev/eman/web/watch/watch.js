// The page: keeps what the server sends, and draws it.

import { Chart, chartsOf } from "./charts.js";
import * as tables from "./tables.js";

const find = (id) => document.getElementById(id);
const RETRY_MS = 5000;
const runs = [];
let list = { runs: [], waiting: [] };
let charts = [];
let drawn = "";
let server = null;
let pending = false;
let ended = false;
let refused = false;
const fetched = { confusion: "", errors: "" };

function announce(text) {
  find("announcement").textContent = text;
}

function connection(state, text) {
  find("connection").className = "connection " + state;
  find("connection").textContent = text;
}

function reset() {
  runs.length = 0;
  charts.forEach((chart) => chart.remove());
  charts = [];
  drawn = "";
  fetched.confusion = fetched.errors = "";
}

/** Events of one connection; the browser connects again by itself, unless it was refused. */
function connect() {
  const events = new EventSource("/events");
  const on = (name, take) => events.addEventListener(name, (event) => {
    take(JSON.parse(event.data));
    later();
  });
  events.onopen = () => {
    ended = refused = false;
    connection("live", "live");
  };
  events.onerror = () => {
    if (events.readyState === EventSource.CLOSED) {
      setTimeout(connect, RETRY_MS);
      if (ended) return;
      const reason = "refused; perhaps too many pages of this server are open; trying again";
      connection("lost", reason);
      if (!refused) announce("The connection is " + reason + ".");
      refused = true; // Spoken once, not with each attempt.
    } else if (find("connection").classList.contains("live")) {
      connection("lost", "not connected; trying again");
      announce("The connection is lost.");
    }
  };
  on("runs", (all) => {
    if (server !== null && all.server !== server) reset();
    server = all.server;
    list = all;
    all.runs.forEach((run, i) => {
      if (i >= runs.length) {
        runs.push({ number: i, shown: true, columns: {}, facts: {}, state: {} });
      }
      Object.assign(runs[i], run);
    });
  });
  on("facts", (facts) => { runs[facts.run].facts = facts; });
  on("state", (state) => {
    const before = runs[state.run].state.status;
    runs[state.run].state = state;
    if (before && before !== state.status) {
      announce(runs[state.run].name + ": " + tables.statusOf(runs[state.run]));
    }
  });
  on("curves", (part) => {
    const columns = {};
    const before = runs[part.run].columns;
    for (const [name, values] of Object.entries(part.columns)) {
      const kept = (before[name] || []).slice(0, part.from);
      while (kept.length < part.from) kept.push(null);
      columns[name] = kept.concat(values);
    }
    runs[part.run].columns = columns;
  });
  on("end", () => {
    ended = true;
    connection("lost", "eman has ended; this is the last state");
    announce("eman has ended.");
  });
}

/** Draws once for all events that have come. */
function later() {
  if (!pending) {
    pending = true;
    setTimeout(() => {
      pending = false;
      if (!document.hidden) draw();
    }, 100);
  }
}

document.addEventListener("visibilitychange", () => { if (!document.hidden) draw(); });

const shown = () => runs.filter((run) => run.shown && run.state.status);

function draw() {
  const known = runs.filter((run) => run.state.status);
  const one = known.length === 1 ? known[0] : null;
  find("title").textContent = one ? one.name : known.length === 0 ? "Runs" : known.length + " runs";
  document.title = (one ? one.name : known.length + " runs") + " – EMAN";
  drawEmpty(known);
  find("summary").hidden = known.length === 0;
  find("tiles").hidden = !one;
  find("runs").hidden = known.length < 2;
  if (one) {
    find("tiles").replaceChildren(...tables.tiles(one));
  } else if (known.length > 1) {
    drawTable(known);
  }
  drawCharts(known);
  drawDetails();
  const some = shown();
  find("options").hidden = !some.some((run) => run.facts.config);
  const config = JSON.stringify(some.map((run) => [run.name, run.facts.config]));
  if (config !== find("option-table").dataset.shown) {
    find("option-table").dataset.shown = config;
    find("option-table").replaceChildren(...tables.options(some));
  }
}

function drawEmpty(known) {
  const waiting = list.waiting || [];
  const lines = waiting.map((folder) => "No run in " + folder + " yet; this page shows it once it begins.");
  if (list.left_out > 0) lines.push(list.left_out + " more runs are not shown: name fewer.");
  if (known.length === 0 && lines.length === 0) lines.push("Looking for runs.");
  find("empty").hidden = lines.length === 0;
  find("empty").textContent = lines.join("\n");
}

/** The table again, the focus where it was. */
function drawTable(known) {
  const focused = document.activeElement?.dataset?.run;
  find("runs").replaceChildren(tables.runTable(known, (run, on) => {
    run.shown = on;
    draw();
  }));
  if (focused !== undefined) find("runs").querySelector(`input[data-run="${focused}"]`)?.focus();
}

function drawCharts(known) {
  const specs = chartsOf(shown());
  const many = known.length > 1;
  find("charts-section").hidden = known.length === 0;
  find("no-steps").hidden = specs.length > 0;
  find("no-steps").textContent = shown().length === 0
    ? "No run is chosen." : "No steps yet. A run writes its first ones after some seconds.";
  const form = JSON.stringify([many, specs.map((s) => [s.key, s.title, s.lines.map((l) => [l.name, l.run.number])])]);
  if (form !== drawn) {
    drawn = form;
    const open = new Set(charts.filter((chart) => chart.details.open).map((chart) => chart.spec.key));
    const focused = document.activeElement?.closest("figure[data-chart]")?.dataset.chart;
    const onTable = document.activeElement?.tagName === "SUMMARY";
    charts.forEach((chart) => chart.remove());
    charts = specs.map((spec) => new Chart(spec, announce));
    find("charts").replaceChildren(...charts.map((chart) => chart.element));
    charts.forEach((chart) => { chart.details.open = open.has(chart.spec.key); });
    const same = charts.find((chart) => chart.spec.key === focused);
    same?.element.querySelector(onTable ? "summary" : ".plot").focus();
  }
  const smoothing = Number(find("smoothing").value);
  charts.forEach((chart) => chart.draw(smoothing));
}

/** Confusion and pictures of one run, fetched when they have changed. */
async function drawDetails() {
  const some = shown();
  const select = find("chosen-run");
  const names = some.map((run) => run.number + " " + run.name).join("\n");
  if (select.dataset.names !== names) {
    const before = select.value;
    select.dataset.names = names;
    select.replaceChildren(...some.map((run) => tables.make("option", { value: String(run.number) }, run.name)));
    if (some.some((run) => String(run.number) === before)) select.value = before;
  }
  find("of-run").hidden = some.length < 2;
  const run = some.find((one) => String(one.number) === select.value);
  if (!run) {
    find("details").hidden = find("wrong").hidden = true;
    fetched.confusion = fetched.errors = "";
    return;
  }
  await Promise.all([refresh("confusion", run, showConfusion), refresh("errors", run, showErrors)]);
}

async function refresh(what, run, show) {
  const key = [server, run.number, run.state[what], run.state.status].join(" ");
  if (fetched[what] === key) return;
  fetched[what] = key;
  try {
    const answer = await fetch(`/runs/${run.number}/${what}`);
    if (answer.ok && fetched[what] === key) show(await answer.json(), run);
  } catch {
    fetched[what] = ""; // The next event tries again.
  }
}

let matrices = {};

function showConfusion(all) {
  matrices = all;
  find("details").hidden = !all.student;
  if (!all.student) return;
  find("of-network").hidden = !all.teacher;
  const on = all.measured ? all.measured.replace(/^.*on the /, "on the ") : "";
  find("evaluated").textContent = on + (all.step ? ", at step " + all.step.toLocaleString("en") : ", at the end");
  find("confusion").replaceChildren(tables.confusion(all, all.teacher ? find("network").value : "student"));
}

function showErrors(errors, run) {
  find("wrong").hidden = errors.length === 0;
  find("wrong-note").textContent = "unlabelled images, most confident first, by the "
    + (run.state.status === "finished" ? "final network" : "network at the latest evaluation");
  find("gallery").replaceChildren(...tables.gallery(errors));
}

find("smoothing").addEventListener("change", draw);
find("chosen-run").addEventListener("change", drawDetails);
find("network").addEventListener("change", () => showConfusion(matrices));
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => charts.forEach((c) => c.recolour()));
connect();
