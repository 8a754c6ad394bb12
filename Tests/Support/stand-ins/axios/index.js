// The little of axios that pages use: their examples run where nothing but Node is installed.

function create({ baseURL, headers }) {
  async function ask(method, path, data) {
    const answer = await fetch(baseURL + path, { method, headers, body: data && JSON.stringify(data) });
    if (!answer.ok) throw new Error(`Request failed with status code ${answer.status}`);
    return { status: answer.status, data: await answer.json() };
  }
  return { get: (path) => ask('GET', path), post: (path, data) => ask('POST', path, data) };
}

export default { create };
