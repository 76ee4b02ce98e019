// Everything works without this file. It only saves a glance or a tap.

const find = (query, from = document) => from.querySelector(query);
const words = document.documentElement.lang;

// The button names the amount and how often, and typing into a choice's own field makes that choice.
function nameTheAmount(form) {
  const said = find("[data-amount]", form);
  const other = find("[name=other_amount]", form);
  // A page that is the same for everybody has no token of its own.
  const token = find("[data-token]", form);
  if (token) token.value ||= crypto.randomUUID?.() ?? "";
  // Intervals may have amounts of their own: those of the chosen one are shown.
  const amounts = () => {
    const interval = find("[name=interval]:checked", form)?.value;
    return find(`fieldset[data-for~="${interval}"]`, form) ?? find("fieldset:has([value=other])", form);
  };
  const print = (text) =>
    /^\d{1,9}(\.\d{2})?$/.test(text)
      ? new Intl.NumberFormat(words, {
          style: "currency",
          currency: form.dataset.currency,
          minimumFractionDigits: text.includes(".") ? 2 : 0,
        }).format(text)
      : "";
  const say = () => {
    const chosen = find("[name^=amount]:checked", amounts());
    const amount = !chosen || find("[name=choice][value=own]:checked", form) ? "" : chosen.value === "other" ? print(other.value.trim()) : chosen.dataset.words;
    const each = find("[name=interval]:checked", form)?.dataset.each;
    const fee = find("[name=fee_cover]:checked", form)?.dataset.words;
    said.textContent = amount && ` – ${[amount, fee, each].filter(Boolean).join(" ")}`;
  };
  for (const field of form.querySelectorAll("[data-chooses]"))
    field.addEventListener("input", () => {
      if (field.value) find(`[value=${field.dataset.chooses}]`, form).checked = true;
    });
  other.addEventListener("input", () => {
    if (other.value) find("[value=other]", amounts()).checked = true;
    say();
  });
  // A tap on the card, not an arrow key passing over it: bring up the field, and the keyboard with it.
  for (const choice of form.querySelectorAll("[name^=amount][value=other]")) {
    let tapped = false;
    choice.closest("label").addEventListener("pointerup", () => (tapped = true));
    choice.addEventListener("click", () => {
      if (tapped) other.focus();
      tapped = false;
    });
  }
  form.addEventListener("change", say);
  addEventListener("pageshow", say);
}

// The bar follows the books: asked for twice a minute while somebody looks, announced only after a change.
function followProgress(place) {
  const refresh = async () => {
    if (document.hidden) return;
    const answer = await fetch(place.dataset.live, { headers: { accept: "text/html" } }).catch(() => null);
    if (!answer?.ok) return;
    const fresh = document.createElement("template");
    fresh.innerHTML = await answer.text();
    const [before, after] = [place, fresh.content].map((one) => find(".sum", one)?.textContent.trim());
    if (before === after) return;
    place.replaceChildren(fresh.content);
    find(".sum strong", place)?.classList.add("fresh");
    find("[data-news]").textContent = find(".sum", place).textContent.replace(/\s+/g, " ");
  };
  setInterval(refresh, 30_000);
  document.addEventListener("visibilitychange", refresh);
}

// On a small screen the button stays within reach of a thumb.
function keepInReach(copy, original) {
  new IntersectionObserver(([seen]) => {
    copy.hidden = seen.isIntersecting || seen.boundingClientRect.top > 0;
  }).observe(original);
}

// While a payment is being confirmed, look again until the page would say something else.
function awaitNews(place) {
  const look = async () => {
    const answer = await fetch(location.href, { headers: { accept: "text/html" } }).catch(() => null);
    const page = answer?.ok && new DOMParser().parseFromString(await answer.text(), "text/html");
    if (page && find("[data-state]", page)?.dataset.state !== place.dataset.state) location.reload();
    else setTimeout(look, 3_000);
  };
  setTimeout(look, 2_000);
}

function share(button) {
  button.hidden = false;
  button.addEventListener("click", () => {
    const page = { title: button.dataset.title, url: button.dataset.url };
    if (navigator.share) navigator.share(page).catch(() => {});
    else navigator.clipboard.writeText(page.url).then(() => (button.textContent = button.dataset.done));
  });
}

// The list of groups follows what is typed. Without this file the form asks for a page with those that match.
function filterList(field) {
  const rows = [...document.getElementById(field.dataset.filter).children];
  const none = find("[data-none]");
  const key = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  field.addEventListener("input", () => {
    const sought = key(field.value).split(/[^\p{L}\p{N}]+/u);
    for (const row of rows) row.hidden = !sought.every((word) => key(find("h3", row).textContent).includes(word));
    none.hidden = rows.some((row) => !row.hidden);
  });
}

// The code of a sign-in link stands behind its #, which no server sees. It goes from there into the form.
function takeCode(field) {
  const code = location.hash.slice(1);
  if (!code) return;
  find("input", field).value = code;
  field.hidden = true;
  history.replaceState(null, "", location.pathname);
}

const form = find("form[data-currency]");
if (form) nameTheAmount(form);
const live = find("[data-live]");
if (live) followProgress(live);
const copy = find(".stick");
if (copy) keepInReach(copy, find("[data-give]"));
const waiting = find("[data-state=confirming], [data-state=late], [data-state=asking]");
if (waiting) awaitNews(waiting);
const sharing = find("[data-share]");
if (sharing && (navigator.share || navigator.clipboard)) share(sharing);
const filtering = find("[data-filter]");
if (filtering && document.getElementById(filtering.dataset.filter)) filterList(filtering);
const code = find("[data-link]");
if (code) takeCode(code);
