/** A thread that checks one backup and ends: see backups.ts, which starts it with the path and the key. Answers whether it is sound. */
import { parentPort, workerData } from 'node:worker_threads';
import { isSoundCopy } from './backup-copy.ts';

const { path, key } = workerData as { path: string; key: Uint8Array | null }; // backups.ts wrote it
parentPort?.postMessage(isSoundCopy(path, key));
