/**
 * Loaded into the app before its own code: holds back that Electron is ready until the driver has attached. Playwright does so by itself
 * only where it looks for Electron itself; without it the driver may meet a window that is just being made, whose page answers nothing, and
 * waits for it for ever. The driver calls `__playwright_run` once it is there.
 */
'use strict';

// Electron reads what it is told to load first as CommonJS.
// oxlint-disable-next-line typescript/no-require-imports
const { app } = require('electron');

const isReady = app.whenReady();
const emit = app.emit.bind(app);
const letGo = Promise.withResolvers();
let isHeld = true;
let readyWith = [];

app.emit = (event, ...args) => {
  if (!isHeld || event !== 'ready') return emit(event, ...args);
  readyWith = args;
  return app.listenerCount('ready') > 0;
};
app.isReady = () => !isHeld;
app.whenReady = () => letGo.promise;

// The driver's name for it.
// oxlint-disable-next-line no-underscore-dangle
globalThis.__playwright_run = async () => {
  await isReady;
  isHeld = false;
  letGo.resolve();
  emit('ready', ...readyWith);
};
