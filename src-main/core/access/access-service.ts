/** First run, sign-in, lock, persons, PIN and recovery code. See #shared/access/contract.ts for calls and failures. */
import type { accessContract, Session } from '#shared/access/contract.ts';
import { countryOf } from '#shared/access/partitions.ts';
import { newRecoveryCode, parseRecoveryCode } from '#shared/access/recovery-code.ts';
import { triesLeft, waitLeft } from '#shared/access/throttle.ts';
import { defaultAutoLockMinutes, lockedState, type Slot, type VaultFile } from '#shared/access/vault-file.ts';
import type { DomainHandlers } from '#shared/contract/rpc.ts';
import { type Id, newId } from '#shared/kernel/ids.ts';
import type { Random, Time } from '#shared/kernel/ports.ts';
import { err, ok, type Result } from '#shared/kernel/result.ts';
import { normalizeText } from '#shared/text/normalize.ts';
import { buildSample } from './sample.ts';
import { commissionRecordId, foundingOf, personChange } from './first-run.ts';
import type { OpenProfile, Profile } from './profile.ts';
import { type PinProof, replaceSlot } from './pin-proof.ts';
import { foundingBy, foundOrTell } from './told-commission.ts';
import { unwrapKey, wrapKey } from './vault.ts';

export type AccessDeps = {
  readonly profile: Profile;
  readonly proof: PinProof;
  readonly time: Time;
  readonly random: Random;
  readonly deviceSecret: Uint8Array | null;
  readonly changed: (topics: readonly string[]) => void;
};

export function createAccessService(deps: AccessDeps): DomainHandlers<typeof accessContract> {
  const { profile } = deps;
  const { inTurn, vault: vaultOr, prove } = deps.proof;

  const signedIn = (): OpenProfile => {
    const open = profile.current();
    if (open === null) throw new Error('a person call without a person: the dispatcher checks');
    return open;
  };

  function newSlot(
    vault: VaultFile | null,
    person: Id,
    role: Slot['role'],
    label: Slot['label'],
    wrapped: Slot['wrapped'],
  ): Slot {
    const ordinals = (vault?.slots ?? []).filter((each) => each.role === role).map((each) => each.ordinal);
    return {
      slot: newId(deps),
      person,
      role,
      ordinal: Math.max(0, ...ordinals) + 1,
      label,
      wrapped,
      lastSignInAt: null,
      misses: 0,
      waitFrom: null,
    };
  }

  /** Opens with a proved key and notes the sign-in. */
  async function enter(vault: VaultFile, slot: Slot, key: Uint8Array): Promise<Result<Session>> {
    const opened = await profile.open(key, slot, null, false);
    if (!opened.ok) return opened;
    const current = profile.vault();
    const base = current === null || current === 'damaged' ? vault : current;
    profile.saveVault(replaceSlot(base, { ...slot, misses: 0, waitFrom: null, lastSignInAt: deps.time.now() }));
    deps.changed(['access', 'records', 'contacts', 'commissions', 'training', 'packs', 'sync']);
    return opened;
  }

  async function freshRecovery(key: Uint8Array): Promise<{ groups: string[]; wrapped: VaultFile['recovery'] }> {
    const groups = newRecoveryCode(deps.random);
    // The code is for the day when everything else of the laptop is gone: it never depends on the keychain.
    return { groups, wrapped: await wrapKey(key, groups.join(''), null, deps.random) };
  }

  return {
    state() {
      const vault = profile.vault();
      if (vault === 'damaged') return err({ code: 'store/damaged' });
      const locked = lockedState(vault, deps.time.now());
      const session = profile.current()?.session ?? null;
      return ok({ ...locked, sample: profile.isSample(), state: session === null ? locked.state : 'open', session });
    },

    createProfile: ({ locale, commission, person }) =>
      inTurn(async () => {
        await profile.switchTo(false);
        if (profile.vault() !== null) return err({ code: 'access/profile-exists' });
        const personId = newId(deps);
        const founding = await foundingOf(commission, locale, personId);
        if (founding === null) return err({ code: 'access/unknown-commission' });
        const key = deps.random.bytes(32);
        const slot = newSlot(
          null,
          personId,
          person.role,
          person.label,
          await wrapKey(key, person.pin, deps.deviceSecret, deps.random),
        );
        const recovery = await freshRecovery(key);
        profile.saveVault({
          format: 1,
          locale,
          partition: founding.partition,
          commissionNames: founding.names,
          slots: [{ ...slot, lastSignInAt: deps.time.now() }],
          recovery: recovery.wrapped,
          recoveryMisses: 0,
          recoveryWaitFrom: null,
          waiting: 0,
          autoLockMinutes: defaultAutoLockMinutes,
          restored: false,
        });
        const name = normalizeText(person.name, countryOf(founding.partition) === 'uz' ? 'uz' : locale);
        const opened = await profile.open(key, slot, name, true);
        if (!opened.ok) {
          profile.forget();
          return opened;
        }
        const { store } = signedIn();
        const own = founding.commission;
        const founded = own === null ? [] : foundOrTell(person.role, store, own, deps.time.now());
        store.commit([personChange(personId, name, person.role), ...founded], personId);
        if (own !== null) {
          store.meta.set('own-commission', own.id);
          // First run wrote the id itself.
          profile.replaceSession({ ...opened.value, commission: own.id as Id });
        }
        deps.changed(['access', 'records', 'sync']);
        return ok({ recoveryCode: { groups: recovery.groups } });
      }),

    confirmRecoveryCode() {
      const open = signedIn();
      open.store.meta.set('recovery-confirmed', 'yes');
      profile.replaceSession({ ...open.session, recoveryConfirmed: true });
      deps.changed(['access', 'copies']);
      return ok({});
    },

    renewRecoveryCode: ({ pin }) =>
      inTurn(async () => {
        const open = signedIn();
        const proved = await prove(open.session.slot, pin);
        if (!proved.ok) return proved;
        const recovery = await freshRecovery(proved.value.key);
        profile.saveVault({
          ...proved.value.vault,
          recovery: recovery.wrapped,
          recoveryMisses: 0,
          recoveryWaitFrom: null,
        });
        open.store.meta.set('recovery-confirmed', 'no');
        profile.replaceSession({ ...open.session, recoveryConfirmed: false });
        deps.changed(['access', 'copies']);
        return ok({ recoveryCode: { groups: recovery.groups } });
      }),

    signIn: ({ slot, pin }) =>
      inTurn(async () => {
        const proved = await prove(slot, pin);
        return proved.ok ? enter(proved.value.vault, proved.value.slot, proved.value.key) : proved;
      }),

    lock: () =>
      inTurn(async () => {
        await profile.close();
        deps.changed(['access']);
        return ok({});
      }),

    recover: ({ slot: id, code, newPin }) =>
      inTurn(async () => {
        const vault = vaultOr();
        if (!vault.ok) return vault;
        const slot = vault.value.slots.find((each) => each.slot === id);
        if (slot === undefined || vault.value.recovery === null) return err({ code: 'access/unknown-person' });
        const digits = parseRecoveryCode(code);
        if (digits === null) return err({ code: 'access/mistyped-code' });
        const now = deps.time.now();
        const throttle = { misses: vault.value.recoveryMisses, waitFrom: vault.value.recoveryWaitFrom };
        const left = waitLeft(throttle, now);
        if (left > 0) return err({ code: 'access/wait', waitSeconds: Math.ceil(left / 1000) });
        const key = await unwrapKey(vault.value.recovery, digits, null);
        if (key === null || key === 'no-device') {
          const missed = { misses: throttle.misses + 1, waitFrom: now };
          profile.saveVault({ ...vault.value, recoveryMisses: missed.misses, recoveryWaitFrom: now });
          return err({
            code: 'access/wrong-code',
            triesLeft: triesLeft(missed),
            waitSeconds: Math.ceil(waitLeft(missed, now) / 1000),
          });
        }
        const renewed: Slot = {
          ...slot,
          misses: 0,
          waitFrom: null,
          wrapped: await wrapKey(key, newPin, deps.deviceSecret, deps.random),
        };
        const next = { ...replaceSlot(vault.value, renewed), recoveryMisses: 0, recoveryWaitFrom: null };
        profile.saveVault(next);
        return enter(next, renewed, key);
      }),

    changePin: ({ pin, newPin }) =>
      inTurn(async () => {
        const proved = await prove(signedIn().session.slot, pin);
        if (!proved.ok) return proved;
        const { vault, slot, key } = proved.value;
        const wrapped = await wrapKey(key, newPin, deps.deviceSecret, deps.random);
        profile.saveVault(replaceSlot(vault, { ...slot, wrapped, misses: 0, waitFrom: null }));
        return ok({});
      }),

    addPerson: ({ name, role, label, pin }) =>
      inTurn(async () => {
        const vault = vaultOr();
        if (!vault.ok) return vault;
        const open = signedIn();
        const person = newId(deps);
        const slot = newSlot(
          vault.value,
          person,
          role,
          label,
          await wrapKey(open.key, pin, deps.deviceSecret, deps.random),
        );
        open.store.commit([personChange(person, name, role), ...foundingBy(role, open.store)], open.session.person);
        profile.saveVault({ ...vault.value, slots: [...vault.value.slots, slot] });
        deps.changed(['access']);
        return ok({ slot: slot.slot });
      }),

    setLabel({ label }) {
      const vault = vaultOr();
      if (!vault.ok) return vault;
      const slot = vault.value.slots.find((each) => each.slot === signedIn().session.slot);
      if (slot === undefined) return err({ code: 'access/unknown-person' });
      profile.saveVault(replaceSlot(vault.value, { ...slot, label }));
      deps.changed(['access']);
      return ok({});
    },

    removePerson({ slot: id }) {
      const vault = vaultOr();
      if (!vault.ok) return vault;
      // Whoever removes themselves would lock the door from outside: somebody else has to.
      if (id === signedIn().session.slot) return err({ code: 'access/not-allowed' });
      profile.saveVault({ ...vault.value, slots: vault.value.slots.filter((each) => each.slot !== id) });
      deps.changed(['access']);
      return ok({});
    },

    setLocale({ locale }) {
      const vault = profile.vault();
      if (vault === null || vault === 'damaged') return ok({});
      profile.saveVault({ ...vault, locale });
      profile.current()?.store.indexes.ensureLocale(locale);
      deps.changed(['access']);
      return ok({});
    },

    setAutoLock({ minutes }) {
      const vault = vaultOr();
      if (!vault.ok) return vault;
      profile.saveVault({ ...vault.value, autoLockMinutes: minutes });
      deps.changed(['access']);
      return ok({});
    },

    startSample: ({ locale, country }) =>
      inTurn(async () => {
        // A real profile is never replaced by samples: whoever has one looks at samples beside it.
        await profile.eraseSample();
        await profile.switchTo(true);
        const built = await buildSample(profile, { locale, country }, deps);
        deps.changed(['access', 'records', 'contacts', 'commissions', 'training', 'packs', 'sync']);
        return built;
      }),

    endSample: () =>
      inTurn(async () => {
        await profile.eraseSample();
        deps.changed(['access']);
        return ok({});
      }),

    backups: () => ok({ items: profile.backups().list() }),

    startAfresh: ({ slot: id, pin }) =>
      inTurn(async () => {
        const proved = await prove(id, pin);
        if (!proved.ok) return proved;
        const { vault, slot, key } = proved.value;
        const tried = await profile.open(key, slot, null, false);
        if (tried.ok) {
          await profile.close();
          return err({ code: 'access/not-damaged' });
        }
        if (tried.error.code !== 'store/damaged') return tried;
        const aside = profile.backups().putAside();
        if (!aside.ok) return aside;
        const opened = await profile.open(key, slot, null, true);
        if (!opened.ok) return opened;
        const commission = vault.partition.startsWith('region/') ? null : commissionRecordId(vault.partition);
        if (commission !== null) signedIn().store.meta.set('own-commission', commission);
        profile.replaceSession({ ...opened.value, commission });
        deps.changed(['access', 'records', 'contacts', 'commissions', 'training', 'packs', 'sync']);
        return ok({ ...opened.value, commission });
      }),

    restoreBackup: ({ id }) =>
      inTurn(async () => {
        const backups = profile.backups();
        if (!backups.list().some((backup) => backup.id === id)) return err({ code: 'store/no-backup' });
        await profile.close();
        const vault = vaultOr();
        const restored = backups.restore(id);
        if (!restored.ok) return restored;
        if (vault.ok) profile.saveVault({ ...vault.value, restored: true });
        deps.changed(['access']);
        return ok({});
      }),
  };
}
