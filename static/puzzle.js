// Loaded only by the page that asks for a puzzle: a worker solves it, and the form is sent on.

const form = document.querySelector("[data-puzzle]");
const puzzle = JSON.parse(form.dataset.puzzle);

if (globalThis.crypto?.subtle) {
  form.querySelector("[data-at-work]").hidden = false;
  const worker = new Worker(form.dataset.worker);
  worker.onmessage = ({ data: number }) => {
    const { algorithm, challenge, salt, signature } = puzzle;
    form.elements.solution.value = btoa(JSON.stringify({ algorithm, challenge, number, salt, signature }));
    form.submit();
  };
  worker.postMessage(puzzle);
}
