/** Who may have the store's key: whoever types a person's PIN, with a wait after wrong ones. */
import { triesLeft, waitLeft } from '#shared/access/throttle.ts';
import type { Slot, VaultFile } from '#shared/access/vault-file.ts';
import type { Time } from '#shared/kernel/ports.ts';
import { err, ok, type Result } from '#shared/kernel/result.ts';
import type { Profile } from './profile.ts';
import { samplePassphrase } from './sample.ts';
import { unwrapKey } from './vault.ts';

export type Proved = { readonly vault: VaultFile; readonly slot: Slot; readonly key: Uint8Array };

export type PinProof = {
  /** One at a time: parallel guesses would slip past the wait while scrypt runs. */
  inTurn<T>(task: () => Promise<T>): Promise<T>;
  /** The vault of the profile. Failures: `access/no-profile`, `store/damaged`. */
  vault(): Result<VaultFile>;
  /**
   * The vault, the slot of a person and the store's key, once their PIN has proved them. Within `inTurn`.
   * Failures: those of `vault`, `access/unknown-person`, `access/no-pin`, `access/wait`, `access/wrong-pin`, `access/keychain-missing`.
   */
  prove(id: string, pin: string): Promise<Result<Proved>>;
};

export function createPinProof(deps: {
  readonly profile: Profile;
  readonly time: Time;
  readonly deviceSecret: Uint8Array | null;
}): PinProof {
  const { profile } = deps;
  let queue: Promise<unknown> = Promise.resolve();

  async function checkPin(vault: VaultFile, slot: Slot, pin: string): Promise<Result<Uint8Array>> {
    const now = deps.time.now();
    const left = waitLeft(slot, now);
    if (left > 0) {
      // A clock set back starts the wait anew from the new now.
      if (slot.waitFrom !== null && slot.waitFrom > now)
        profile.saveVault(replaceSlot(vault, { ...slot, waitFrom: now }));
      return err({ code: 'access/wait', waitSeconds: Math.ceil(left / 1000) });
    }
    if (slot.wrapped === null) return err({ code: 'access/no-pin' });
    // The practice profile keeps no secret: whatever is typed opens it.
    const key = await unwrapKey(slot.wrapped, profile.isSample() ? samplePassphrase : pin, deps.deviceSecret);
    if (key === 'no-device') return err({ code: 'access/keychain-missing' });
    if (key !== null) return ok(key);
    const missed: Slot = { ...slot, misses: slot.misses + 1, waitFrom: now };
    profile.saveVault(replaceSlot(vault, missed));
    return err({
      code: 'access/wrong-pin',
      triesLeft: triesLeft(missed),
      waitSeconds: Math.ceil(waitLeft(missed, now) / 1000),
    });
  }

  const self: PinProof = {
    inTurn(task) {
      const next = queue.then(task, task);
      queue = next.catch(() => undefined);
      return next;
    },
    vault() {
      const vault = profile.vault();
      if (vault === null) return err({ code: 'access/no-profile' });
      if (vault === 'damaged') return err({ code: 'store/damaged' });
      return ok(vault);
    },
    async prove(id, pin) {
      const vault = self.vault();
      if (!vault.ok) return vault;
      const slot = vault.value.slots.find((each) => each.slot === id);
      if (slot === undefined) return err({ code: 'access/unknown-person' });
      const key = await checkPin(vault.value, slot, pin);
      return key.ok ? ok({ vault: vault.value, slot, key: key.value }) : key;
    },
  };
  return self;
}

/** The vault with another state of one slot. */
export function replaceSlot(vault: VaultFile, slot: Slot): VaultFile {
  return { ...vault, slots: vault.slots.map((each) => (each.slot === slot.slot ? slot : each)) };
}
