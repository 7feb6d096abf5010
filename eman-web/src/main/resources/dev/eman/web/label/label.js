// Shows the next image, and sends what the user says of it. The server keeps everything.

const KEYS = [..."1234567890qwertyiopadfghjklzxcvbm"]; // Not n, s, u: new class, skip, undo.
const find = (id) => document.getElementById(id);
let state = null;
let busy = false;
let loading = false; // The current image is not on the screen yet.

async function ask(path, body) {
  const answer = await fetch(path, body === undefined ? {} : {
    method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body),
  });
  const content = await answer.json().catch(() => ({}));
  if (!answer.ok) {
    const failure = new Error(content.error || "the program answered " + answer.status);
    throw Object.assign(failure, { stale: answer.status === 409 });
  }
  return content;
}

/** Sends a change, unless one is under way: a key held down must not label images unseen. */
async function send(path, body, spoken) {
  if (busy) return;
  busy = true;
  try {
    state = await ask("/" + state.round + path, body); // Images have other numbers after a restart.
    find("problem").hidden = true;
    draw();
    const next = state.next[0];
    find("announcement").textContent = spoken + (next ? " Next: " + next.name + "." : " Nothing is left.");
  } catch (e) {
    find("problem").hidden = false;
    find("problem").textContent = e instanceof TypeError
      ? "eman does not answer: is it still running? Labels so far are saved." : e.message;
    if (e.stale) await catchUp();
  } finally {
    busy = false;
  }
}

/** Shows what there is after another tab has gone on; after a restart only a reload does. */
async function catchUp() {
  try {
    const now = await ask("/state");
    if (now.round !== state.round) return;
    state = now;
    draw();
  } catch {
    // The next key says so.
  }
}

const current = () => state?.next[0];

function label(name) {
  if (current() && !loading) send("/label", { image: current().image, class: name }, "Labelled " + name + ".");
}

function skip() {
  if (current() && !loading) send("/skip", { image: current().image }, "Skipped.");
}

function undo() {
  if (state?.undo) send("/undo", { change: state.undo }, "Undone.");
}

function draw() {
  find("folder").textContent = state.folder;
  find("bar").max = state.total;
  find("bar").value = state.labeled;
  find("counts").textContent = `${state.labeled} of ${state.total} labelled`
    + (state.skipped ? `, ${state.skipped} skipped` : "")
    + (state.unreadable ? `, ${state.unreadable} cannot be read` : "");
  drawPicture();
  drawClasses();
  find("undo").disabled = !state.undo;
  find("skip").disabled = !current();
  find("order").textContent = "Shown next: " + state.order + ".";
  find("table").textContent = state.table;
  find("command").textContent = state.command;
  drawTraining();
}

function drawPicture() {
  const now = current();
  find("done").hidden = Boolean(now);
  document.querySelector(".frame").hidden = !now;
  find("name").textContent = now ? now.name : "";
  find("guess").textContent = now?.guess ? `the network says ${now.guess}, ${now.sure}` : "";
  if (!now) return;
  const image = find("image");
  const source = state.images + now.image;
  if (image.getAttribute("src") !== source) {
    setLoading(true); // Or the image before would stay until then.
    image.src = source;
    image.alt = "Image " + now.name;
  }
  state.next.slice(1).forEach((later) => { new Image().src = state.images + later.image; });
}

function setLoading(now) {
  loading = now;
  find("image").classList.toggle("loading", now);
}

function drawClasses() {
  find("none").hidden = state.classes.length > 0;
  const focused = document.activeElement?.dataset?.name;
  find("classes").replaceChildren(...state.classes.map((one, i) => {
    const item = document.createElement("li");
    const button = document.createElement("button");
    button.type = "button";
    button.dataset.name = one.name;
    button.disabled = !current();
    button.innerHTML = '<kbd></kbd><span class="name"></span><span class="count"></span>';
    const key = button.querySelector("kbd");
    key.textContent = KEYS[i] || "";
    key.hidden = !KEYS[i];
    if (KEYS[i]) button.setAttribute("aria-keyshortcuts", KEYS[i]);
    button.querySelector(".name").textContent = one.name;
    button.querySelector(".name").title = one.name;
    button.querySelector(".count").textContent = one.count;
    button.addEventListener("click", () => label(one.name));
    item.append(button);
    return item;
  }));
  if (focused !== undefined) {
    [...find("classes").querySelectorAll("button")].find((b) => b.dataset.name === focused)?.focus();
  }
}

function drawTraining() {
  const training = state.training;
  find("train").disabled = training.running;
  find("training-bar").hidden = !training.running;
  find("training-bar").max = Math.max(1, training.total);
  find("training-bar").value = training.step;
  find("training").textContent = training.running
    ? (training.total ? `Step ${training.step} of ${training.total}. Go on labelling meanwhile.` : "Starting.")
    : training.run ? "Trained: " + training.run + (training.result ? ", " + training.result : "")
      + (training.failure ? "; the order of the images stays: " + training.failure : "")
      : training.failure ? "The training failed: " + training.failure : "";
}

/** While networks train, how far they are; then what comes next. */
async function follow() {
  if (!state?.training.running || busy) return;
  try {
    const now = await ask("/state");
    if (now.round !== state.round) return; // The next key says so.
    const ended = !now.training.running;
    state.training = now.training;
    if (ended && !busy) {
      const shown = current();
      state = now; // The image in front of the user stays.
      if (shown) state.next = [shown, ...now.next.filter((one) => one.image !== shown.image)];
      draw();
      find("announcement").textContent = now.training.failure && !now.training.run
        ? "The training failed." : "The training has ended.";
    } else {
      drawTraining();
    }
  } catch {
    // The next key says so.
  }
}

/** Names that are equal in this are taken for one class by their reader, not by a training. */
const alike = (name) => name.normalize("NFC").toLowerCase().replace(/\s+/g, "");

/** Takes the name that was typed, unless a class is called nearly the same: then asks first. */
function nameNew(typed) {
  const names = state.classes.map((one) => one.name);
  const known = names.includes(typed) ? undefined : names.find((one) => alike(one) === alike(typed));
  if (known === undefined) {
    take(typed);
    return;
  }
  const form = known.normalize("NFC") === typed.normalize("NFC");
  find("alike-question").textContent = `There is a class \u201c${known}\u201d, and \u201c${typed}\u201d differs from it in `
    + (form ? "its Unicode form alone. They would be two classes." : "capitals or spaces alone. They would be two classes.");
  find("alike-known").textContent = "Take " + known;
  find("alike-new").textContent = "New class " + typed;
  const dialog = find("alike");
  dialog.returnValue = ""; // As where the question is closed by Escape.
  dialog.onclose = () => {
    if (dialog.returnValue) take(dialog.returnValue === "known" ? known : typed);
  };
  dialog.showModal();
}

/** Labels the image as a class that may be new, or adds it where there is no image. */
function take(chosen) {
  const input = find("class-name");
  input.value = "";
  input.blur();
  current() ? label(chosen) : send("/class", { class: chosen }, "Added " + chosen + ".");
}

document.addEventListener("keydown", (event) => {
  if (find("alike").open) { // Its buttons have the keys; one that is held answers nothing.
    if (event.repeat) event.preventDefault();
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
  if (event.target.id === "class-name") {
    if (event.key === "Escape") event.target.blur();
    return;
  }
  const key = event.key.toLowerCase();
  const at = KEYS.indexOf(key);
  if (key === "u") undo();
  else if (key === "s") skip();
  else if (key === "n") find("class-name").focus();
  else if (at >= 0 && state && at < state.classes.length) label(state.classes[at].name);
  else return;
  event.preventDefault();
});
find("undo").addEventListener("click", undo);
find("skip").addEventListener("click", skip);
find("train").addEventListener("click", () => send("/train", {}, "Training."));
find("new-class").addEventListener("submit", (event) => {
  event.preventDefault();
  const typed = find("class-name").value.trim();
  if (typed && state && !loading) nameNew(typed);
});
find("image").addEventListener("load", (event) => {
  setLoading(false);
  event.target.classList.toggle("pixels", event.target.naturalWidth < 100);
});
find("image").addEventListener("error", () => setLoading(false)); // Its name is shown.
setInterval(follow, 1000);
ask("/state").then((first) => { state = first; draw(); }).catch(() => {
  find("problem").hidden = false;
  find("problem").textContent = "eman does not answer: is it still running?";
});
