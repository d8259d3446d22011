// Sends requests, each some milliseconds after the answer to the one before, until it is told to end.
const url = process.env.TARGET_URL
const timer = setInterval(
  () =>
    fetch(url).then(
      (answer) => answer.text(),
      () => undefined,
    ),
  8,
)
process.once('SIGTERM', () => clearInterval(timer))
