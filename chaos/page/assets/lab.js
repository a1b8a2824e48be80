// What the page says to the lab. The token came behind the # of the address, which no browser sends anywhere.

const KEPT = "token";

function token() {
  const given = location.hash.slice(1);
  if (given) sessionStorage.setItem(KEPT, given);
  return given || sessionStorage.getItem(KEPT) || "";
}

/** What came of it: whether it was done, and what is to be told. Never throws. */
export async function post(path, body) {
  if (!token()) return { done: false, text: "This page may only look: open the whole address that ./lab printed, with what is behind the #." };
  try {
    const answer = await fetch(path, {
      method: "POST",
      headers: { "content-type": "application/json", authorization: `Bearer ${token()}` },
      body: JSON.stringify(body),
    });
    const told = await answer.json();
    return answer.ok ? told : { done: false, text: told.message };
  } catch (error) {
    return { done: false, text: `The lab does not answer (${error.message}); is it still running?` };
  }
}
