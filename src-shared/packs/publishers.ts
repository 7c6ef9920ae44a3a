/**
 * Whose packs this app takes. A pack names its publisher and the key it is signed with; both must be known here.
 * Keys of a hub's publishers are added at run time, from its enrolment.
 */

export type Publisher = {
  readonly id: string;
  readonly name: string;
  /** Raw Ed25519 public key, 32 bytes in base64. */
  readonly key: string;
};

/** The publishers a released build knows from the start. Empty until the first public release. */
const releasedPublishers: readonly Publisher[] = [];

/**
 * The publisher of packs built from this repository. Its private key is published (assets/publisher), so it proves
 * nothing: only development and test builds accept it.
 */
export const developmentPublisher: Publisher = {
  id: 'komissiya-development',
  name: 'Komissiya development publisher',
  key: 'MXwHztNUkxC4/yrTrWVqCheqnFlkhplndH+Oc/jrloI=',
};

/** The publishers a build knows. */
export function knownPublishers(build: { readonly allowDevelopmentPublisher: boolean }): readonly Publisher[] {
  return build.allowDevelopmentPublisher ? [...releasedPublishers, developmentPublisher] : releasedPublishers;
}

/** The known publisher with this id and key; undefined when either is another. */
export function findPublisher(publishers: readonly Publisher[], id: string, key: string): Publisher | undefined {
  return publishers.find((publisher) => publisher.id === id && publisher.key === key);
}
