// page_ask.js - what the daemon is asked, and what is said when it does not answer.

const WAIT_MS = 20000;
const TOKEN = "alignd.token";

export class Trouble extends Error {
    constructor(status, words) {
        super(words);
        this.status = status; // 0: no answer at all
    }
}

const told = new Set(); // who wants to hear whether the daemon answers

export const whenAnswering = listener => told.add(listener);

function tell(trouble) {
    for (const listener of told)
        listener(trouble);
}

function address(path, args) {
    const text = Object.entries(args ?? {})
        .filter(([, value]) => value !== undefined && value !== null && value !== "")
        .map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join("&");
    return text ? `${path}?${text}` : path;
}

async function wordsOf(answer) {
    try {
        return (await answer.json()).detail || answer.statusText;
    } catch {
        return answer.statusText || `status ${answer.status}`;
    }
}

async function send(path, options, signal) {
    const late = AbortSignal.timeout(WAIT_MS);
    let answer;
    try {
        answer = await fetch(path, {...options, signal: signal ? AbortSignal.any([signal, late]) : late});
    } catch (error) {
        if (signal?.aborted)
            throw error;
        const trouble = new Trouble(0, "the daemon does not answer");
        tell(trouble);
        throw trouble;
    }
    const trouble = answer.ok ? null : new Trouble(answer.status, await wordsOf(answer));
    tell(trouble?.status === 503 ? trouble : null);
    if (trouble)
        throw trouble;
    try {
        return await answer.json();
    } catch (error) {
        if (signal?.aborted)
            throw error;
        throw new Trouble(0, "the answer broke off");
    }
}

export const ask = (path, args, signal) => send(address(path, args), {}, signal);

// --- verdicts ---

export const token = () => sessionStorage.getItem(TOKEN);

export function keepToken(text) {
    if (text)
        sessionStorage.setItem(TOKEN, text);
    else
        sessionStorage.removeItem(TOKEN);
}

// A link may bring the token (#token=...): it is kept for this window, and leaves the address.
export function takeToken() {
    const brought = /^#token=([^&]*)/.exec(location.hash);
    if (!brought)
        return;
    keepToken(decodeURIComponent(brought[1]));
    history.replaceState(null, "", `${location.pathname}${location.search}#/`);
}

export function decide(subject, object, verdict) {
    return send("verdicts", {
        method: "POST",
        headers: {"Content-Type": "application/json", Authorization: `Bearer ${token()}`},
        body: JSON.stringify({subject_id: subject, object_id: object, verdict}),
    });
}

// --- again and again ---

// Calls it every so often while somebody looks; slower while it fails.
export function poll(every, step) {
    let timer = 0, failures = 0, running = false;
    async function round() {
        clearTimeout(timer);
        if (running || document.hidden)
            return;
        running = true;
        try {
            await step();
            failures = 0;
        } catch (error) {
            if (!(error instanceof Trouble))
                reportError(error);
            failures = Math.min(failures + 1, 4);
        }
        running = false;
        timer = setTimeout(round, every * (1 + failures / 2));
    }
    document.addEventListener("visibilitychange", round);
    round();
    return round;
}
