// The queue before payment: the place is asked for every few seconds, and at one's turn the page loads anew, which leads
// to Stripe. Without this file the page does the same by refreshing itself.

const line = document.querySelector("[data-queue]");
const place = line.querySelector("[data-place]");

async function ask() {
  const answer = await fetch(line.dataset.queue).catch(() => null);
  const now = answer?.ok ? (await answer.json()).place : null;
  if (now === 0) location.reload();
  else {
    if (now && String(now) !== place.textContent) place.textContent = now;
    setTimeout(ask, 2_000);
  }
}

setTimeout(ask, 1_000);
