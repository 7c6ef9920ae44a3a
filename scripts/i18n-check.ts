/**
 * `npm run i18n:check`: the catalogues are complete, really translated, drawable, in our terms and known to their readers. Prints each
 * problem and exits 1. Where a term is rendered otherwise than in the glossary, or a text has no context for its readers, it warns:
 * mend the text, or give the reason in locales/glossary-exceptions.json.
 * `--write-types` first brings src-renderer/i18n/resource-types.ts up to date with the domains that exist.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { alphabets, upperLetter } from '#shared/text/alphabets.ts';
import { formatWords } from '#shared/i18n/format-words.ts';
import { Locale } from '#shared/i18n/locale.ts';
import { localeFacts, locales, sourceLocale } from '#shared/i18n/locales.ts';
import {
  checkFallbacks,
  checkForm,
  checkGlossary,
  checkGlyphs,
  checkKeys,
  checkPlaceholders,
  checkResourceTypes,
  checkScript,
  checkUntranslated,
} from './catalogue-rules.ts';
import type { Problem } from './catalogue-rules.ts';
import { checkContexts } from './catalogue-context.ts';
import { readCatalogues, readContexts, readJson, readReviewLists } from './catalogue-files.ts';
import { checkReview, countStatuses } from './catalogue-status.ts';
import { readFontCoverage } from './font-cmap.ts';

const root = join(import.meta.dirname, '..');
const localesFolder = join(root, 'locales');
const typesFile = join(root, 'src-renderer/i18n/resource-types.ts');
const fontFolder = join(root, 'node_modules/@expo-google-fonts/noto-sans');
/** The weights of the face (LOOK section on type); each must have every letter. */
const fontFiles = [
  '400Regular/NotoSans_400Regular.ttf',
  '600SemiBold/NotoSans_600SemiBold.ttf',
  '700Bold/NotoSans_700Bold.ttf',
];
/** Catalogues of the native menus, which the window never loads. */
const outsideWindow = ['shell'];

export const AllowListFile = z.object({ latin: z.array(z.string()), cyrillic: z.array(z.string()) });
const GlossaryFile = z.record(z.string(), z.partialRecord(Locale, z.string()));
const ExceptionsFile = z.array(
  z.strictObject({
    term: z.string(),
    key: z.string(),
    locales: z.array(Locale).optional(),
    reason: z.string().min(10),
  }),
);

/** The text of resource-types.ts for these domains. */
export function resourceTypesSource(domains: readonly string[]): string {
  const variable = (domain: string): string => domain.replaceAll(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
  const imports = domains.map(
    (domain) => `import type ${variable(domain)} from '#locales/${sourceLocale}/${domain}.json';\n`,
  );
  const members = domains.map((domain) => {
    const name = domain.includes('-') ? `'${domain}'` : domain;
    return `      ${name}: typeof ${variable(domain)};\n`;
  });
  // Without a catalogue every string is a key.
  const resources = domains.length === 0 ? '' : `    resources: {\n${members.join('')}    };\n`;
  return `/**
 * Types the keys of \`t\` from the Russian catalogues. Written by \`npm run i18n:check -- --write-types\`, which also says when it is out of date.
 */
import 'i18next';
${imports.join('')}
declare module 'i18next' {
  interface CustomTypeOptions {
    defaultNS: 'app';
    keySeparator: false;
    nsSeparator: ':';
    returnNull: false;
${resources}  }
}
`;
}

/** Texts the app shows that are in no catalogue: letters of the alphabets, own names of languages, words of the formats. */
function textsOutsideCatalogues(): Record<string, string> {
  const texts: Record<string, string> = {};
  for (const locale of locales) {
    texts[`alphabet ${locale}`] =
      alphabets[locale].map((letter) => letter + upperLetter(letter)).join('') + localeFacts[locale].ownName;
    texts[`formats ${locale}`] = JSON.stringify(formatWords[locale]);
  }
  return texts;
}

/** What the Russian pictures are called: `today` of docs/screens/ru-today.png. */
function screenNames(): ReadonlySet<string> {
  const files = readdirSync(join(root, 'docs/screens'));
  return new Set(files.flatMap((name) => /^ru-(.+)\.png$/.exec(name)?.[1] ?? []));
}

function print(problem: Problem): void {
  const place = problem.locale === '' ? problem.domain : `locales/${problem.locale}/${problem.domain}.json`;
  console.log(`${place}  ${problem.key}  [${problem.rule}] ${problem.text}`);
}

function main(): void {
  const catalogues = readCatalogues(localesFolder);
  const allowList = readJson(join(localesFolder, 'allow-list.json'), AllowListFile);
  const glossary = readJson(join(localesFolder, 'glossary.json'), GlossaryFile);
  const domains = Object.keys(catalogues[sourceLocale] ?? {}).filter((domain) => !outsideWindow.includes(domain));
  if (process.argv.includes('--write-types')) writeFileSync(typesFile, resourceTypesSource(domains));

  const lists = readReviewLists(localesFolder);
  const problems = [
    ...checkKeys(catalogues),
    ...checkPlaceholders(catalogues),
    ...checkForm(catalogues),
    ...checkScript(catalogues, allowList),
    ...checkUntranslated(catalogues, allowList),
    ...checkReview(catalogues, lists),
    ...checkFallbacks(),
    ...checkResourceTypes(domains, readFileSync(typesFile, 'utf8')),
    ...fontFiles.flatMap((file) =>
      checkGlyphs(catalogues, textsOutsideCatalogues(), readFontCoverage(readFileSync(join(fontFolder, file)))),
    ),
  ];
  const exceptions = readJson(join(localesFolder, 'glossary-exceptions.json'), ExceptionsFile);
  const warnings = [
    ...checkGlossary(catalogues, glossary, exceptions),
    ...checkContexts(catalogues, readContexts(localesFolder), screenNames()),
  ];
  for (const problem of [...problems, ...warnings]) print(problem);
  for (const locale of locales.filter((each) => each !== sourceLocale)) {
    const { reviewed, drafted, uncertain } = countStatuses(lists, catalogues, locale);
    console.log(`${locale.padEnd(8)} reviewed ${reviewed}, drafted ${drafted}, uncertain ${uncertain}`);
  }
  const strings = Object.values(catalogues[sourceLocale] ?? {}).reduce(
    (sum, domain) => sum + Object.keys(domain).length,
    0,
  );
  console.log(
    `i18n:check: ${strings} source strings in ${Object.keys(catalogues[sourceLocale] ?? {}).length} files, ${locales.length} languages, ` +
      `${problems.length} problems, ${warnings.length} warnings`,
  );
  if (problems.length > 0) process.exitCode = 1;
}

if (import.meta.main) main();
