/** One icon per module: importing the package's root would parse six thousand of them. */
declare module '@tabler/icons-react/dist/esm/icons/*' {
  import type { ComponentType, SVGProps } from 'react';

  const icon: ComponentType<Omit<SVGProps<SVGSVGElement>, 'stroke'> & { size?: number; stroke?: number }>;
  // The package's own modules have a default export.
  export default icon;
}
