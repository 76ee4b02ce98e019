// A big screen follows the books: sent by the server, or asked for every five seconds where that cannot be.
// Without this file the page loads itself anew.

const place = document.querySelector("[data-screen]");
const path = place.dataset.screen;
let polling = 0;

function show(html) {
  if (html !== place.innerHTML) place.innerHTML = html;
}

async function ask() {
  const answer = await fetch(`${path}/now`).catch(() => null);
  if (answer?.ok) show(await answer.text());
}

function listen() {
  const stream = new EventSource(`${path}/events`);
  stream.onmessage = (event) => {
    clearInterval(polling);
    polling = 0;
    show(event.data);
  };
  stream.onerror = () => {
    polling ||= setInterval(ask, 5_000);
    if (stream.readyState === EventSource.CLOSED) setTimeout(listen, 60_000);
  };
}

listen();
