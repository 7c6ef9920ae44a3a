/** Who uses this laptop now. The whole window turns on it: first run, sign-in, or the frame. */
import { createContext, useContext } from 'react';
import type { ProfileState, Session } from '#shared/access/contract.ts';
import type { Locale } from '#shared/i18n/locales.ts';

export type Profile = {
  readonly state: ProfileState;
  /** Asks the core again; the window follows the answer. */
  readonly refresh: () => Promise<void>;
  /** Changes the language in place and remembers it. What is typed stays. */
  readonly setLocale: (locale: Locale) => Promise<void>;
};

export const ProfileContext = createContext<Profile | null>(null);

/** The profile of this laptop. Throws outside the window's root: that is a bug. */
export function useProfile(): Profile {
  const profile = useContext(ProfileContext);
  if (profile === null) throw new Error('useProfile outside the window root');
  return profile;
}

/** The signed-in person. Only for pages inside the frame: throws when nobody is signed in. */
export function useSession(): Session {
  const { session } = useProfile().state;
  if (session === null) throw new Error('useSession while locked');
  return session;
}
