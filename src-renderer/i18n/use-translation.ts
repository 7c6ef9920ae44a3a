/**
 * `const { t } = useTranslation('contacts')`, then `t('list.title')`, `t('list.count', { count: 5 })` or `t('app:save')`. Keys are typed from
 * the Russian catalogues (resource-types.ts).
 */
export { useTranslation } from 'react-i18next';
