/**
 * A bad line in front of a hub: so many bits a second each way, a way there and back that takes its time, packets that are lost and
 * sent again a round trip later, and a cut of every connection now and then, at one end of the way.
 *
 * Cut at the hub's end, as where a proxy dies, all that is under way is lost, and both ends hear of it. Cut at the laptop's, as where a village's
 * last mile breaks, what had left the laptop arrives, but for what waits behind a packet that was lost; and the hub hears nothing: for it the
 * connection stays.
 */
import { connect, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

export type LineQuality = {
  readonly bitsPerSecond: number;
  readonly roundTripMs: number;
  /** Part of the packets. */
  readonly loss: number;
  /**
   * How long it has something under way between cuts, by the line's own reckoning; null for a line that is never cut. Time in which nothing is
   * under way, as two slow machines take it between their words, does not count: by the wall's clock a machine that is slow enough would never
   * get further than its hand-shake.
   */
  readonly cutEveryMs: number | null;
  /** At which end; the hub's unless said. */
  readonly cutAt?: 'laptop' | 'hub';
};
export type BadLine = {
  readonly port: number;
  /** Bytes put on the line towards the hub and from it; a packet that was lost counts once. */
  readonly bytes: { up: number; down: number };
  /** Of those towards the hub: what belongs to hand-shakes of TLS, and what was under way in cuts and never arrived. */
  readonly of: { handShakes: number; lost: number };
  cuts(): number;
  close(): Promise<void>;
};

const packetBytes = 1400;

/** One connection through the line. `cutAt`: when it was cut at the laptop's end. */
type Connection = { readonly near: Socket; readonly far: Socket; cutAt: number | null };

type Packet = {
  readonly way: 'up' | 'down';
  readonly bytes: number;
  readonly beginsAt: number;
  readonly endsAt: number;
};

/** Opens a line to a port of this machine, on a free port unless given one. `random` gives numbers from 0 to 1. */
export async function openLine(toPort: number, quality: LineQuality, random: () => number, port = 0): Promise<BadLine> {
  const bytes = { up: 0, down: 0 };
  const of = { handShakes: 0, lost: 0 };
  const busyUntil = { up: 0, down: 0 };
  const connections = new Set<Connection>();
  /** Packets not wholly on the line yet. */
  const leaving = new Set<Packet>();
  let cuts = 0;
  /** Until when something is under way, and for how long something was since the last cut. */
  let [busyTill, busyMs] = [0, 0];
  let cutting: { readonly dueAt: number; readonly done: Promise<void> } | null = null;

  /** Reckons with a packet under way from one moment to another; where its time runs out within that, the line is cut then. */
  function reckon(from: number, till: number): void {
    const begins = Math.max(from, busyTill);
    if (quality.cutEveryMs === null || cutting !== null || till <= begins) return;
    const dueAt = begins + quality.cutEveryMs - busyMs;
    busyMs += till - begins;
    busyTill = till;
    if (till < dueAt) return;
    const done = sleep(Math.max(0, dueAt - performance.now())).then(() => {
      cutting = null;
      [busyTill, busyMs] = [0, 0];
      cut();
    });
    cutting = { dueAt, done };
  }

  async function carry(connection: Connection, way: 'up' | 'down'): Promise<void> {
    const { near, far } = connection;
    const [from, to] = way === 'up' ? [near, far] : [far, near];
    let arrivesAt = 0;
    let underWay = Promise.resolve();
    const isHandShake = handShakeBytes();
    for await (const chunk of from as AsyncIterable<Buffer>) {
      for (let at = 0; at < chunk.length; at += packetBytes) {
        // However late this machine is with a cut, nothing comes onto the line behind it.
        if (cutting !== null && Math.max(performance.now(), busyUntil[way]) >= cutting.dueAt) await cutting.done;
        // What stands behind a cut never comes onto the line.
        if (connection.cutAt !== null) break;
        if (to.destroyed) return;
        const packet = chunk.subarray(at, at + packetBytes);
        const sentMs = (packet.length * 8000) / quality.bitsPerSecond;
        const isLost = random() < quality.loss;
        const now = performance.now();
        const beginsAt = Math.max(now, busyUntil[way]);
        busyUntil[way] = beginsAt + sentMs * (isLost ? 2 : 1);
        const own: Packet = { way, bytes: packet.length, beginsAt, endsAt: busyUntil[way] };
        leaving.add(own);
        bytes[way] += packet.length;
        if (way === 'up') of.handShakes += isHandShake(packet);
        const late = isLost ? quality.roundTripMs : 0;
        arrivesAt = Math.max(arrivesAt, busyUntil[way] + quality.roundTripMs / 2 + late);
        reckon(beginsAt, arrivesAt);
        const wait = arrivesAt - now;
        const leftAt = arrivesAt - quality.roundTripMs / 2;
        underWay = Promise.all([underWay, sleep(wait)]).then(() => {
          const hasLeft = connection.cutAt === null || leftAt <= connection.cutAt;
          if (!to.destroyed && hasLeft) to.write(packet);
          else if (way === 'up') of.lost += packet.length;
        });
        // The next packet is taken from its sender when the line is free again.
        await sleep(Math.max(0, busyUntil[way] - now));
        leaving.delete(own);
      }
    }
    await underWay;
    to.end();
  }

  /** What of a packet had not left yet stands behind the cut. */
  function cut(): void {
    const uncut = [...connections].filter(({ cutAt }) => cutAt === null);
    if (uncut.length > 0) cuts += 1;
    const now = performance.now();
    for (const packet of leaving) {
      const rest = Math.min(1, Math.max(0, packet.endsAt - now) / (packet.endsAt - packet.beginsAt));
      const unsent = Math.round(packet.bytes * rest);
      bytes[packet.way] -= unsent;
      // The whole packet will be counted as one that never arrived.
      if (packet.way === 'up') of.lost -= unsent;
    }
    leaving.clear();
    busyUntil.up = busyUntil.down = now;
    for (const connection of uncut) {
      if (quality.cutAt === 'laptop') connection.cutAt = now;
      else connection.far.destroy();
      connection.near.destroy();
    }
  }

  const server = createServer((near) => {
    const far = connect(toPort, '127.0.0.1');
    const connection: Connection = { near, far, cutAt: null };
    connections.add(connection);
    // A connection that is cut ends both ways with an error that is nobody's.
    for (const socket of [near, far]) socket.on('error', () => undefined);
    near.once('close', () => {
      if (connection.cutAt === null) far.destroy();
    });
    far.once('close', () => {
      connections.delete(connection);
      near.destroy();
    });
    for (const way of ['up', 'down'] as const)
      carry(connection, way).catch(() => {
        if (connection.cutAt === null) far.destroy();
      });
  });
  await new Promise<void>((done) => server.listen(port, '127.0.0.1', done));
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    bytes,
    of,
    cuts: () => cuts,
    async close() {
      for (const { near, far } of connections) for (const socket of [near, far]) socket.destroy();
      await new Promise((done) => server.close(done));
    },
  };
}

const applicationData = 23;
const recordHeadBytes = 5;

/**
 * Counts, of a TLS connection's packets in order, the bytes of its hand-shake: up to the end of the first record of application data,
 * in which TLS 1.3 hides the client's last word of it.
 */
function handShakeBytes(): (packet: Buffer) => number {
  let head = Buffer.alloc(0);
  let leftOfRecord = 0;
  let isLast = false;
  let isOver = false;
  return (packet) => {
    let at = 0;
    while (at < packet.length && !isOver) {
      if (leftOfRecord === 0) {
        const part = packet.subarray(at, at + recordHeadBytes - head.length);
        head = Buffer.concat([head, part]);
        at += part.length;
        if (head.length < recordHeadBytes) break;
        isLast = head[0] === applicationData;
        leftOfRecord = head.readUInt16BE(3);
        head = Buffer.alloc(0);
      }
      const part = Math.min(leftOfRecord, packet.length - at);
      at += part;
      leftOfRecord -= part;
      isOver = isLast && leftOfRecord === 0;
    }
    return at;
  };
}

/** Two ends of one line: where either closes the other does too. They are among `sockets` until then, and their errors are nobody's. */
export function tieTogether(near: Socket, far: Socket, sockets: Set<Socket>): void {
  for (const socket of [near, far]) {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('close', () => {
      sockets.delete(socket);
      near.destroy();
      far.destroy();
    });
  }
}
