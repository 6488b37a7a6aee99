// The page around the terminal: starts it once its font is there, keeps the focus in it, and comes back when the connection drops.
"use strict";

const OVER = 4000, MOVED = 4001, FULL = 4003, BROKEN = 4004;
const ENDS = { [OVER]: "over", [MOVED]: "moved", [FULL]: "full", [BROKEN]: "broken" };
const GIVE_UP_AFTER = 120000; // ms; the gateway keeps a game as long
const SHORTEST_PAUSE = 250, LONGEST_PAUSE = 4000; // ms between two attempts
const BEAT = 10000; // ms between two questions whether the line still lives; two without an answer mean that it does not
const Socket = window.WebSocket;
const screenBox = document.getElementById("terminal");
let line = null; // the one connection, once there is one

function notice(name) {
  for (const section of document.querySelectorAll("[data-notice]")) section.hidden = section.dataset.notice !== name;
  const button = name && document.querySelector(`[data-notice="${name}"] button`);
  if (button) button.focus();
  else if (!name) focusTerminal();
}

function focusTerminal() {
  const typed = screenBox.querySelector("textarea");
  if (typed) typed.focus();
}

// What the terminal takes for its WebSocket: the same conversation, over as many connections as it needs.
class LastingSocket {
  constructor(url) {
    this.url = url;
    this.listeners = { open: [], close: [], message: [] };
    this.early = []; // what was typed before the first connection stood
    this.binaryType = "arraybuffer";
    this.opened = false;
    this.drawing = false;
    this.pause = SHORTEST_PAUSE;
    this.lostAt = 0;
    this.farewell = "";
    this.unanswered = 0;
    line = this;
    this.connect();
    setInterval(() => this.beat(), BEAT);
  }

  addEventListener(kind, listener) { this.listeners[kind].push(listener); }
  tell(kind, event) { for (const listener of this.listeners[kind]) listener(event); }

  connect() {
    const url = new URL(this.url, location.href);
    url.protocol = location.protocol === "https:" ? "wss:" : "ws:";
    const seat = sessionStorage.getItem("seat");
    if (seat) url.searchParams.set("seat", seat);
    if (this.size) { url.searchParams.set("width", this.size.width); url.searchParams.set("height", this.size.height); }
    const socket = this.socket = new Socket(url);
    socket.binaryType = "arraybuffer";
    this.unanswered = 0;
    socket.onopen = (event) => {
      this.tell("open", event); // the terminal answers with its size
      socket.send(JSON.stringify([document.hasFocus() ? "focus" : "blur"]));
      for (const text of this.early.splice(0)) socket.send(text);
      this.opened = true;
    };
    socket.onmessage = (event) => {
      this.unanswered = 0;
      if (typeof event.data === "string") {
        const [kind, value] = JSON.parse(event.data);
        if (kind === "seat") sessionStorage.setItem("seat", value);
        if (kind === "farewell") this.farewell = value;
        return;
      }
      if (!this.drawing) { // the first of this connection
        this.drawing = true;
        this.lostAt = 0;
        this.pause = SHORTEST_PAUSE;
        notice(null);
      }
      this.tell("message", event);
    };
    socket.onclose = (event) => this.dropped(event);
  }

  // A line that died somewhere on the way says nothing for minutes.
  beat() {
    const socket = this.socket;
    if (socket.readyState !== Socket.OPEN) return;
    if (this.unanswered++ < 2) { socket.send('["ping", ""]'); return; }
    socket.onmessage = socket.onclose = null;
    socket.close();
    this.dropped({ code: 0 });
  }

  dropped(event) {
    this.drawing = false;
    if (event.code in ENDS) {
      if (event.code === OVER) sessionStorage.removeItem("seat");
      document.getElementById("farewell").textContent = this.farewell;
      notice(event.code === OVER && this.farewell ? "failed" : ENDS[event.code]);
      return;
    }
    this.lostAt = this.lostAt || Date.now();
    if (Date.now() - this.lostAt > GIVE_UP_AFTER) { notice("gone"); return; }
    notice("lost");
    setTimeout(() => this.connect(), this.pause);
    this.pause = Math.min(this.pause * 2, LONGEST_PAUSE);
  }

  send(text) {
    if (text.startsWith('["ping"')) return; // the terminal's own, which it would only write into the browser's log
    if (text.startsWith('["resize"')) this.size = JSON.parse(text)[1];
    if (this.socket.readyState === Socket.OPEN) this.socket.send(text);
    else if (!this.opened && text.startsWith('["stdin"')) this.early.push(text);
  }
}

async function start() {
  const fonts = [document.fonts.load('16px "Roboto Mono"'), document.fonts.load('bold 16px "Roboto Mono"')];
  // The terminal measures its cells once, so it must not start with another font; nor wait for ever for one that never comes.
  await Promise.race([Promise.allSettled(fonts), new Promise((done) => setTimeout(done, 1500))]);
  window.WebSocket = LastingSocket;
  const script = document.createElement("script");
  script.src = "/client/js/textual.js";
  script.onload = () => {
    const begin = window.onload; // it means to begin when the page has loaded; that is now
    window.onload = null;
    begin();
    focusTerminal();
  };
  script.onerror = () => notice("gone");
  document.head.append(script);
}

for (const button of document.querySelectorAll("[data-notice] button")) button.addEventListener("click", () => location.reload());
// The whole page is the terminal: wherever one clicks, and whenever the window comes to the front, keys go to the game.
window.addEventListener("focus", () => { if (!document.activeElement || document.activeElement === document.body) focusTerminal(); });
document.addEventListener("mouseup", () => { if (document.activeElement === document.body) focusTerminal(); });

// The clipboard. Ctrl-V pastes, as everywhere in a browser; the terminal would take it for a control character. Ctrl-C copies what was
// marked with Shift and the mouse, and is the game's own where nothing is.
let copied = false, given = null;
document.addEventListener("beforecopy", (event) => event.preventDefault()); // without a selection of its own, Chromium asks this first
document.addEventListener("copy", (event) => {
  if (given === null) return;
  event.clipboardData.setData("text/plain", given);
  event.preventDefault();
  event.stopImmediatePropagation();
}, true);
document.addEventListener("copy", (event) => { copied = event.defaultPrevented; });

function copyOut(text) {
  given = text;
  copied = false;
  document.execCommand("copy");
  given = null;
}

// Where the connection is not encrypted, browsers keep the clipboard from pages; a copy right after a key is still allowed.
if (!navigator.clipboard) {
  Object.defineProperty(navigator, "clipboard", { value: { writeText: async (text) => copyOut(text), readText: async () => "" } });
}

window.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.shiftKey || event.altKey) && line && screenBox.contains(event.target)) {
    // Both mean a new line within what is typed. The terminal makes a plain Enter of the one, and an Escape with something behind it
    // of the other, for which the game would have to wait; this is Shift-Enter without a doubt.
    event.preventDefault();
    event.stopImmediatePropagation();
    line.send(JSON.stringify(["stdin", "\x1b[13;2u"]));
    return;
  }
  if (!event.ctrlKey || event.altKey || event.metaKey) return;
  const key = event.key.toLowerCase();
  if (key === "v") event.stopImmediatePropagation();
  if (key !== "c") return;
  copied = false;
  document.execCommand("copy");
  if (!copied && !event.shiftKey) return;
  event.preventDefault();
  event.stopImmediatePropagation();
}, true);

history.replaceState(null, "", location.pathname); // the terminal's client would take orders from the address
start();
