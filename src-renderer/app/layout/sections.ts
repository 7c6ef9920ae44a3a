/** The sections of the app, in the order of the navigation and of Alt 1 … 7. What is not built is absent. */
import IconAddressBook from '@tabler/icons-react/dist/esm/icons/IconAddressBook.mjs';
import IconFolders from '@tabler/icons-react/dist/esm/icons/IconFolders.mjs';
import IconHelpCircle from '@tabler/icons-react/dist/esm/icons/IconHelpCircle.mjs';
import IconHome from '@tabler/icons-react/dist/esm/icons/IconHome.mjs';
import IconRefresh from '@tabler/icons-react/dist/esm/icons/IconRefresh.mjs';
import IconSchool from '@tabler/icons-react/dist/esm/icons/IconSchool.mjs';
import IconSettings from '@tabler/icons-react/dist/esm/icons/IconSettings.mjs';
import IconUsersGroup from '@tabler/icons-react/dist/esm/icons/IconUsersGroup.mjs';

export const sections = [
  { id: 'today', to: '/today', icon: IconHome },
  { id: 'training', to: '/training', icon: IconSchool },
  { id: 'contacts', to: '/contacts', icon: IconAddressBook },
  { id: 'commission', to: '/commission', icon: IconUsersGroup },
  { id: 'records', to: '/records', icon: IconFolders },
] as const;

export const lowerSections = [
  { id: 'sync', to: '/sync', icon: IconRefresh },
  { id: 'settings', to: '/settings', icon: IconSettings },
  { id: 'help', to: '/help', icon: IconHelpCircle },
] as const;

export type Section = (typeof sections)[number] | (typeof lowerSections)[number];
