/** Faults for mutants.ts in the hub, which the histories with the real one must find, or a test where histories meet them too rarely. */
export type Mutant = {
  readonly name: string;
  readonly file: string;
  readonly from: string;
  readonly to: string;
  /** The test that is to find it instead of the histories. */
  readonly test?: string;
};

export const hubMutants: readonly Mutant[] = [
  {
    name: 'a segment need not continue the chain of its log at the hub',
    file: 'log-archive.ts',
    from: "return header.before === log.head ? null : 'forked';",
    to: 'return null;',
    test: 'tests/hub/hub.test.ts',
  },
  {
    name: 'what overlaps is not compared with what the hub holds',
    file: 'log-archive.ts',
    from: "if (theirs === null || bytesToHex(theirs) !== (await headAt(tx, log, common))) return 'forked';",
    to: 'if (theirs === null) return null;',
    test: 'tests/hub/hub.test.ts',
  },
  {
    name: 'a segment that reaches further than what is held is taken for held',
    file: 'log-archive.ts',
    from: "return header.to > log.head_seq ? 'longer' : 'held';",
    to: "return 'held';",
    test: 'tests/hub/hub.test.ts',
  },
  {
    name: 'the hub asks no writer for a right to what it wrote',
    file: 'log-archive.ts',
    from: 'return allowed.ok ? { header, ops, bytes } : refuse(toReason(allowed.error.code));',
    to: 'return allowed.ok || allowed.error.code !== "" ? { header, ops, bytes } : refuse("garbage");',
  },
  {
    name: 'a laptop is given every partition it asks for',
    file: 'exchange-route.ts',
    from: '...wanted.filter((partition) => granted.some((prefix) => isWithin(partition, prefix))),',
    to: '...wanted,',
    test: 'tests/hub/hub.test.ts',
  },
  {
    name: 'what came is acknowledged before it is stored',
    file: 'log-archive.ts',
    from: '      await insert();\n      if (state.seq === 0) {',
    to: '      if (state.seq === 0) {',
  },
  {
    name: 'a laptop does not hear what the hub holds of the identities it had',
    file: 'exchange-route.ts',
    from: 'const told = [...logs, ...(await archive.ofBefore(asker.replica))];',
    to: 'const told = logs;',
  },
  {
    name: 'a hub that was put back goes on under the same epoch',
    file: 'backup.ts',
    from: 'await copyTables(opened.db, tx, newEpoch);',
    to: 'await copyTables(opened.db, tx, null);',
  },
  {
    name: 'a hub that was put back does not say anew what each laptop may do',
    file: 'backup.ts',
    from: 'await sayAnew(tx, deps);',
    to: '',
    test: 'tests/hub/hub-commands.test.ts',
  },
  {
    name: 'a hub that was put back learns nothing of what it has forgotten',
    file: 'exchange-route.ts',
    from: 'await credentials.learn(request.writers ?? []);',
    to: '',
    test: 'tests/hub/hub-forgotten.test.ts',
  },
  {
    name: 'new rights say nothing of what the hub held before them',
    file: 'credentials.ts',
    from: 'heldBefore: await heldOf(tx, laptop.id),',
    to: '',
    test: 'tests/hub/hub-scopes.test.ts',
  },
  {
    name: 'rights are changed without time to hand over',
    file: 'credentials.ts',
    from: 'handOverUntil: time.now() + rights.handOverDays * dayMs,',
    to: '',
    test: 'tests/hub/hub-scopes.test.ts',
  },
  {
    name: 'who goes on for another gets only the newest of its rights',
    file: 'succession.ts',
    from: 'const counting = stillHonoured(await credentialsOf(tx, old.id), now);',
    to: 'const counting = stillHonoured(await credentialsOf(tx, old.id), now).slice(0, 1);',
    test: 'tests/hub/hub-succession.test.ts',
  },
  {
    name: 'a revoked or expired laptop is let in by line',
    file: 'doors.ts',
    from: "if (standing.state !== 'valid') return err({ code: `hub/${standing.state}` });",
    to: "if (standing.state === 'succeeded') return err({ code: 'hub/succeeded' });",
  },
  {
    name: 'of a laptop whose credential has run out the hub takes what it wrote',
    file: 'log-archive.ts',
    from: 'checkSegmentAllowed(standing.credentials, header, ops, time.now())',
    to: 'checkSegmentAllowed(standing.credentials, header, ops, null)',
    test: 'tests/hub/hub-bad-input.test.ts',
  },
];
